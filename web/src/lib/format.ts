import { useTranslation } from 'react-i18next';
import { minorDigits } from './currency';

/** Canonical BCP 47 tag for a `lang` attribute, for example `en` for `eng`; undefined if it is not a tag. */
export function languageTag(tag: string | null): string | undefined {
  try {
    return tag ? Intl.getCanonicalLocales(tag)[0] : undefined;
  } catch {
    return undefined;
  }
}

/** Formats money, dates and numbers for the shopper's language. */
export class Formatter {
  readonly #language: string;

  constructor(language: string) {
    this.#language = language;
  }

  /** @param minor amount in minor units of the currency, as the API gives it. */
  money(minor: number, currency: string): string {
    const digits = minorDigits(currency);
    const format = new Intl.NumberFormat(this.#language, {
      style: 'currency',
      currency,
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    });
    return format.format(minor / 10 ** digits);
  }

  /** @param time RFC 3339. */
  date(time: string): string {
    return new Intl.DateTimeFormat(this.#language, { dateStyle: 'long' }).format(new Date(time));
  }

  /** @param time RFC 3339. */
  moment(time: string): string {
    return new Intl.DateTimeFormat(this.#language, { dateStyle: 'long', timeStyle: 'short' }).format(
      new Date(time),
    );
  }

  number(value: number, digits = 0): string {
    return value.toLocaleString(this.#language, {
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    });
  }

  /** @param tag BCP 47 or ISO 639-2; an unknown tag is returned unchanged. */
  languageName(tag: string): string {
    const canonical = languageTag(tag);
    if (canonical === undefined) return tag;
    return new Intl.DisplayNames(this.#language, { type: 'language' }).of(canonical) ?? tag;
  }

  /** @param code ISO 3166-1 alpha-2. */
  countryName(code: string): string {
    return new Intl.DisplayNames(this.#language, { type: 'region' }).of(code) ?? code;
  }
}

/** The first of the browser's locales in that language, for example en-GB instead of en. */
function localeOf(language: string): string {
  return navigator.languages.find((tag) => tag.split('-')[0] === language) ?? language;
}

export function useFormatter(): Formatter {
  const { i18n } = useTranslation();
  return new Formatter(localeOf(i18n.language));
}
