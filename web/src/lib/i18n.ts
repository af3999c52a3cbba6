import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { readStored, store } from './storage';
import { fetchTexts, firstLanguage, type Language, type Part, STORAGE_KEY, type Texts } from './texts';

declare module 'i18next' {
  interface CustomTypeOptions {
    resources: { translation: Texts };
  }
}

function add(language: Language, texts: object): void {
  i18next.addResourceBundle(language, 'translation', texts, true, true);
}

async function load(language: Language, part: Part): Promise<void> {
  add(language, await fetchTexts(language, part));
}

/** Rejects if the first texts cannot be loaded; texts with a `defaultValue` still work. */
export async function startTranslation(): Promise<void> {
  document.documentElement.lang = firstLanguage;
  const [texts] = await Promise.all([
    fetchTexts(firstLanguage, 'front'),
    i18next.use(initReactI18next).init({
      lng: firstLanguage,
      resources: {},
      interpolation: { escapeValue: false }, // React escapes
    }),
  ]);
  add(firstLanguage, texts);
}

/** Loads the texts of all pages but the home page. */
export function loadPageTexts(): Promise<void> {
  return load(i18next.language as Language, 'pages');
}

/** Number of the last change of the language. */
let latest = 0;

/** Loads both parts, since a page that is loading needs the texts of the new language too. */
export async function changeLanguage(language: Language): Promise<void> {
  latest += 1;
  const change = latest;
  const before = readStored(STORAGE_KEY);
  store(STORAGE_KEY, language); // first, since an old tab may reload to get the texts of the new build
  try {
    await Promise.all([load(language, 'front'), load(language, 'pages')]);
  } catch (error) {
    if (change !== latest) return;
    store(STORAGE_KEY, before);
    throw error;
  }
  if (change !== latest) return; // another language was chosen meanwhile
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
}
