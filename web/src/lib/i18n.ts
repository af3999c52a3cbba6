import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import type front from '../locales/en/front.json';
import type pages from '../locales/en/pages.json';
import { readStored, store } from './storage';

export const LANGUAGES = { en: 'English', de: 'Deutsch', zh: '中文' } as const;
export type Language = keyof typeof LANGUAGES;

/** What the frame and the home page say comes first; the rest comes with the first other page. */
type Part = 'front' | 'pages';
type Texts = () => Promise<{ default: object }>;

const STORAGE_KEY = 'bookstore.language';

declare module 'i18next' {
  interface CustomTypeOptions {
    resources: { translation: typeof front & typeof pages };
  }
}

// Written out one by one so that each becomes a chunk of its own.
const TEXTS: Record<Language, Record<Part, Texts>> = {
  en: { front: () => import('../locales/en/front.json'), pages: () => import('../locales/en/pages.json') },
  de: { front: () => import('../locales/de/front.json'), pages: () => import('../locales/de/pages.json') },
  zh: { front: () => import('../locales/zh/front.json'), pages: () => import('../locales/zh/pages.json') },
};

const wanted = new Set<Part>(['front']);

function isLanguage(value: unknown): value is Language {
  return typeof value === 'string' && value in LANGUAGES;
}

/** The language chosen before, else the first one of the browser's that the shop speaks, else English. */
export function initialLanguage(): Language {
  const spoken = navigator.languages.map((tag) => tag.split('-')[0]);
  return [readStored(STORAGE_KEY), ...spoken].find(isLanguage) ?? 'en';
}

async function load(language: Language, parts: Iterable<Part>): Promise<void> {
  const texts = await Promise.all([...parts].map((part) => TEXTS[language][part]()));
  for (const { default: text } of texts) i18next.addResourceBundle(language, 'translation', text, true, true);
}

export async function startTranslation(): Promise<void> {
  const language = initialLanguage();
  const texts = TEXTS[language].front();
  await i18next.use(initReactI18next).init({
    lng: language,
    resources: {},
    interpolation: { escapeValue: false }, // React escapes
  });
  i18next.addResourceBundle(language, 'translation', (await texts).default, true, true);
  document.documentElement.lang = language;
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
