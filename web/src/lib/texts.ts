import type front from '../locales/en/front.json';
import type pages from '../locales/en/pages.json';
import { readStored } from './storage';

export const LANGUAGES = { en: 'English', de: 'Deutsch', zh: '中文' } as const;
export type Language = keyof typeof LANGUAGES;

/** What the frame and the home page say comes first; the rest comes with the first other page. */
export type Part = 'front' | 'pages';
export type Texts = typeof front & typeof pages;

export const STORAGE_KEY = 'bookstore.language';

// Written out one by one so that each becomes a chunk of its own.
const TEXTS: Record<Language, Record<Part, () => Promise<{ default: object }>>> = {
  en: { front: () => import('../locales/en/front.json'), pages: () => import('../locales/en/pages.json') },
  de: { front: () => import('../locales/de/front.json'), pages: () => import('../locales/de/pages.json') },
  zh: { front: () => import('../locales/zh/front.json'), pages: () => import('../locales/zh/pages.json') },
};

function isLanguage(value: unknown): value is Language {
  return typeof value === 'string' && value in LANGUAGES;
}

/** The language chosen before, else the first one of the browser's that the shop speaks, else English. */
function initialLanguage(): Language {
  const spoken = navigator.languages.map((tag) => tag.split('-')[0]);
  return [readStored(STORAGE_KEY), ...spoken].find(isLanguage) ?? 'en';
}

export async function fetchTexts(language: Language, part: Part): Promise<object> {
  return (await TEXTS[language][part]()).default;
}

/** Asked for as soon as this module is there, which main.tsx imports first: on a slow phone React's takes a while. */
export const first = (() => {
  const language = initialLanguage();
  return { language, texts: fetchTexts(language, 'front') };
})();
