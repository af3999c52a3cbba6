import { useSearchParams } from 'react-router';

/** The page to open after sign-in: a path of this origin. */
export function useNext(): string {
  const [search] = useSearchParams();
  const next = search.get('next') ?? '/';
  return /^\/(?![/\\])/.test(next) ? next : '/';
}
