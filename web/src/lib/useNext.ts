import { useSearchParams } from 'react-router';

/** Any origin; only whether a path stays on it matters. */
const ORIGIN = 'https://storefront.invalid';

/** The path if it is on this origin, else `/`. Resolved as browsers do, which drop tabs and turn `\` into `/`. */
export function safePath(next: string): string {
  try {
    const url = new URL(next, ORIGIN);
    const path = url.pathname + url.search + url.hash;
    // Removing dot segments, as in `/.//evil.example`, may leave two slashes.
    return next.startsWith('/') && url.origin === ORIGIN && !path.startsWith('//') ? path : '/';
  } catch {
    return '/';
  }
}

/** The page to open after sign-in: a path of this origin. */
export function useNext(): string {
  const [search] = useSearchParams();
  return safePath(search.get('next') ?? '/');
}
