import { useSearchParams } from 'react-router';

/** Where to go after signing in: the page that asked for it, on this site only. */
export function useNext(): string {
  const [search] = useSearchParams();
  const next = search.get('next') ?? '/';
  return /^\/(?![/\\])/.test(next) ? next : '/';
}
