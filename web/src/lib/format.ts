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

/** Formats money, dates and numbers for the shopper's language. Keeps the formats of Intl, which are slow to create. */
export class Formatter {
  readonly #language: string;
  readonly #formats = new Map<string, unknown>();

  constructor(language: string) {
    this.#language = language;
  }

  #kept<Format>(key: string, create: () => Format): Format {
    if (!this.#formats.has(key)) this.#formats.set(key, create());
    return this.#formats.get(key) as Format;
  }

  /** @param minor amount in minor units of the currency, as the API gives it. */
  money(minor: number, currency: string): string {
    const digits = minorDigits(currency);
    const options = { minimumFractionDigits: digits, maximumFractionDigits: digits };
    const format = this.#kept(
      currency,
      () => new Intl.NumberFormat(this.#language, { style: 'currency', currency, ...options }),
    );
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
    const options = { minimumFractionDigits: digits, maximumFractionDigits: digits };
    const format = this.#kept(`digits ${digits}`, () => new Intl.NumberFormat(this.#language, options));
    return format.format(value);
  }

  /** @param tag BCP 47 or ISO 639-2; an unknown tag is returned unchanged. */
  languageName(tag: string): string {
    const canonical = languageTag(tag);
    if (canonical === undefined) return tag;
    return this.#names('language').of(canonical) ?? tag;
  }

  /** @param code ISO 3166-1 alpha-2. */
  countryName(code: string): string {
    return this.#names('region').of(code) ?? code;
  }

  #names(type: 'language' | 'region'): Intl.DisplayNames {
    return this.#kept(type, () => new Intl.DisplayNames(this.#language, { type }));
  }
}

/** The first of the browser's locales in that language, for example en-GB instead of en. */
function localeOf(language: string): string {
  return navigator.languages.find((tag) => tag.split('-')[0] === language) ?? language;
}

const formatters = new Map<string, Formatter>();

export function useFormatter(): Formatter {
  const { language } = useTranslation().i18n;
  const kept = formatters.get(language) ?? new Formatter(localeOf(language));
  formatters.set(language, kept);
  return kept;
}
