import type { ThunkDispatch, UnknownAction } from '@reduxjs/toolkit';
import type { ApiError } from './client';
import { bookstore } from './generated';

/** Seconds for which a list stays after its page was left, so that "Back" finds the place in it at once. */
const KEPT = 1_800;

/** Options of a list's hook: shows a list that was kept, and reads one that is older than a minute again. */
export const LIST = { refetchOnMountOrArgChange: 60 };

/** The generated operations, with the cache rules that the contract cannot express; the cart has its own. */
export const shop = bookstore.enhanceEndpoints({
  endpoints: {
    listBooks: { keepUnusedDataFor: KEPT },
    searchBooks: { keepUnusedDataFor: KEPT },
    listBestsellers: { keepUnusedDataFor: KEPT },
    placeOrder: {
      invalidatesTags: (_result, error) => (error ? [] : ['cart', 'orders', 'bestsellers', 'catalog']),
    },
    cancelOrder: {
      invalidatesTags: ['orders', 'bestsellers', 'catalog'],
    },
    // Both end the token, so the API would refuse to export the data again.
    deleteAccount: { invalidatesTags: [] },
    signOut: { invalidatesTags: [] },
  },
});

export const {
  useListBooksQuery,
  useGetBookQuery,
  useListCategoriesQuery,
  useSearchBooksQuery,
  useListSuggestionsQuery,
  useListRelatedBooksQuery,
  useListBestsellersQuery,
  useGetCartQuery,
  useListOrdersQuery,
  usePlaceOrderMutation,
  useGetOrderQuery,
  useCancelOrderMutation,
  useConfirmOrderMutation,
  useDeleteAccountMutation,
  useLazyExportAccountQuery,
  useSignOutMutation,
} = shop;

/** The store's dispatch, for reads outside of components. */
export type Dispatch = ThunkDispatch<unknown, unknown, UnknownAction>;

/** Narrows an error of RTK Query, which types it as unknown; without a status it is `unreachable`. */
export function asApiError(error: unknown): ApiError {
  const status = (error as Partial<ApiError> | undefined)?.status;
  return status === undefined ? { status: 'unreachable' } : (error as ApiError);
}

/** Why a query failed; null while it is tried again, during which RTK Query keeps the error. */
export function failureOf(query: { error?: unknown; isFetching: boolean }): ApiError | null {
  return query.error !== undefined && !query.isFetching ? asApiError(query.error) : null;
}
