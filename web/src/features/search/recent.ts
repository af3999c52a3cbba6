import { readStored, store } from '../../lib/storage';

export const RECENT_KEY = 'bookstore.searches';
const MAX_SEARCHES = 5;

export function recentSearches(): string[] {
  const stored = readStored(RECENT_KEY);
  return Array.isArray(stored)
    ? stored.filter((text) => typeof text === 'string').slice(0, MAX_SEARCHES)
    : [];
}

export function rememberSearch(text: string): void {
  store(RECENT_KEY, [text, ...recentSearches().filter((other) => other !== text)].slice(0, MAX_SEARCHES));
}
