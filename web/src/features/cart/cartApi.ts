import { shop } from '../../api/endpoints';

/** The API with the cache rules of a cart's changes, which the first page does not load. */
export const cartApi = shop.enhanceEndpoints({
  endpoints: {
    setCartLine: {
      // The response is the whole cart, so it replaces the cached one without another request.
      invalidatesTags: (_result, error) => (error ? ['cart'] : []),
      onQueryStarted: async (_line, { dispatch, queryFulfilled }) => {
        const cart = await queryFulfilled.then(({ data }) => data).catch(() => null);
        if (cart) dispatch(cartApi.util.upsertQueryData('getCart', undefined, cart));
      },
    },
  },
});
