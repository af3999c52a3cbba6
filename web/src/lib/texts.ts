import type front from '../locales/en/front.json';
import type pages from '../locales/en/pages.json';
import { loadChunk } from './chunks';
import { readStored } from './storage';

export const LANGUAGES = { en: 'English', de: 'Deutsch', zh: '中文' } as const;
export type Language = keyof typeof LANGUAGES;

/** `front` holds the texts of header, footer and home page; `pages` is loaded with the first other page. */
export type Part = 'front' | 'pages';
export type Texts = typeof front & typeof pages;

export const STORAGE_KEY = 'bookstore.language';

// Literal imports, so that each becomes its own chunk.
const TEXTS: Record<Language, Record<Part, () => Promise<{ default: object }>>> = {
  en: { front: () => import('../locales/en/front.json'), pages: () => import('../locales/en/pages.json') },
  de: { front: () => import('../locales/de/front.json'), pages: () => import('../locales/de/pages.json') },
  zh: { front: () => import('../locales/zh/front.json'), pages: () => import('../locales/zh/pages.json') },
};

function isLanguage(value: unknown): value is Language {
  return typeof value === 'string' && value in LANGUAGES;
}

/** The stored language, else the browser's first supported language, else English. */
function initialLanguage(): Language {
  const spoken = navigator.languages.map((tag) => tag.split('-')[0]);
  return [readStored(STORAGE_KEY), ...spoken].find(isLanguage) ?? 'en';
}

export async function fetchTexts(language: Language, part: Part): Promise<object> {
  return (await loadChunk(TEXTS[language][part])).default;
}

/** The language of this visit, until the shopper changes it. */
export const firstLanguage = initialLanguage();
