import type { ApiError } from './client';
import { bookstore } from './generated';

/** The generated operations, and what the shop knows about how they touch each other's answers. */
export const shop = bookstore.enhanceEndpoints({
  endpoints: {
    setCartLine: {
      // The answer is the whole cart: no second request for it.
      invalidatesTags: (_result, error) => (error ? ['cart'] : []),
      onQueryStarted: async (_line, { dispatch, queryFulfilled }) => {
        const cart = await queryFulfilled.then(({ data }) => data).catch(() => null);
        if (cart) dispatch(bookstore.util.upsertQueryData('getCart', undefined, cart));
      },
    },
    placeOrder: {
      invalidatesTags: (_result, error) => (error ? [] : ['cart', 'orders', 'bestsellers']),
    },
  },
});

export const {
  useListBooksQuery,
  useGetBookQuery,
  useListCategoriesQuery,
  useListBestsellersQuery,
  useGetCartQuery,
  useListOrdersQuery,
  usePlaceOrderMutation,
  useGetOrderQuery,
} = shop;

/** RTK Query types an error as whatever might be thrown; what the base query gives is always an ApiError. */
export function asApiError(error: unknown): ApiError {
  const status = (error as Partial<ApiError> | undefined)?.status;
  return status === undefined ? { status: 'unreachable' } : (error as ApiError);
}
