import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { store } from './storage';
import { fetchTexts, first, type Language, type Part, STORAGE_KEY, type Texts } from './texts';

declare module 'i18next' {
  interface CustomTypeOptions {
    resources: { translation: Texts };
  }
}

const wanted = new Set<Part>(['front']);

function add(language: Language, texts: object): void {
  i18next.addResourceBundle(language, 'translation', texts, true, true);
}

async function load(language: Language, parts: Iterable<Part>): Promise<void> {
  const texts = await Promise.all([...parts].map((part) => fetchTexts(language, part)));
  for (const text of texts) add(language, text);
}

/** Rejects when the first texts cannot be had; what gives a `defaultValue` can be shown all the same. */
export async function startTranslation(): Promise<void> {
  document.documentElement.lang = first.language;
  await i18next.use(initReactI18next).init({
    lng: first.language,
    resources: {},
    interpolation: { escapeValue: false }, // React escapes
  });
  add(first.language, await first.texts);
}

/** Fetches what the pages beyond the home page say, in the language spoken now and from now on in any other. */
export async function loadPageTexts(): Promise<void> {
  if (wanted.has('pages')) return;
  await load(i18next.language as Language, ['pages']);
  wanted.add('pages');
}

export async function changeLanguage(language: Language): Promise<void> {
  await load(language, wanted);
  await i18next.changeLanguage(language);
  store(STORAGE_KEY, language);
  document.documentElement.lang = language;
}
