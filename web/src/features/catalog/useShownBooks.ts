import { failureOf, LIST, useSearchBooksQuery } from '../../api/endpoints';
import { type Filters, ON_A_PAGE } from './searchParams';

/** The books of a search. The previous ones stay until it is answered, but not if it fails. */
export function useShownBooks(filters: Filters) {
  const query = useSearchBooksQuery({ ...filters, limit: ON_A_PAGE }, LIST);
  const { data, currentData, error, isFetching, refetch } = query;
  return { data: error ? currentData : data, failure: failureOf(query), isFetching, refetch };
}
