import { LIST, useSearchBooksQuery } from '../../api/endpoints';
import { type Filters, ON_A_PAGE } from './searchParams';

/** The books of a search. The previous ones stay until it is answered, but not if it fails. */
export function useShownBooks(filters: Filters) {
  const { data, currentData, error, isFetching, refetch } = useSearchBooksQuery(
    { ...filters, limit: ON_A_PAGE },
    LIST,
  );
  return { data: error ? currentData : data, error, isFetching, refetch };
}
