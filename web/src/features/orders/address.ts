import { useState } from 'react';
import type { Address } from '../../api/generated';
import { useSession } from '../../lib/session';
import { readStored, store } from '../../lib/storage';

export const ADDRESS_KEY = 'bookstore.address';

/** ISO 3166-1 alpha-2 codes. */
const CODES =
  'AD AE AF AG AI AL AM AO AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GT GU GW GY HK HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW'.split(
    ' ',
  );

/** Country codes with names in a language, by name. */
export function countries(language: string): [code: string, name: string][] {
  const names = new Intl.DisplayNames(language, { type: 'region' });
  return CODES.map((code): [string, string] => [code, names.of(code) ?? code]).sort(([, one], [, other]) =>
    one.localeCompare(other, language),
  );
}

function guessedCountry(): string {
  const region = navigator.languages.map((tag) => new Intl.Locale(tag).region).find(Boolean);
  return region && CODES.includes(region) ? region : '';
}

function storedAddress(shopper: string): Address {
  const stored = readStored(ADDRESS_KEY) as { shopper?: unknown; address?: Partial<Address> } | null;
  const address = stored?.shopper === shopper ? stored.address : undefined;
  const text = (value: unknown) => (typeof value === 'string' ? value : '');
  return {
    name: text(address?.name),
    street: text(address?.street),
    city: text(address?.city),
    postcode: text(address?.postcode),
    country: text(address?.country) || guessedCountry(),
  };
}

/** The delivery address of the checkout. It is kept in this browser until sign-out, so that a reload loses nothing. */
export function useAddress(): [Address, (change: Partial<Address>) => void] {
  const session = useSession();
  const shopper = session.status === 'shopper' ? session.shopper.id : '';
  const [address, setAddress] = useState(() => storedAddress(shopper));
  const change = (part: Partial<Address>) => {
    const next = { ...address, ...part };
    store(ADDRESS_KEY, { shopper, address: next });
    setAddress(next);
  };
  return [address, change];
}
