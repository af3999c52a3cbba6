import { shop } from '../../api/endpoints';

/** Changes of the account's cart that have started on this page. */
let started = 0;
const count = () => {
  started += 1;
};

/** The API with the cache rules of a cart's changes, which the first page does not load. */
export const cartApi = shop.enhanceEndpoints({
  endpoints: {
    setCartLine: {
      invalidatesTags: [],
      // The response is the whole cart, so it replaces the cached one without another request. Not if another change or
      // a read was under way: the order of arrival does not say which response is newer. RTK Query starts the read
      // that the invalidation causes once all requests have ended.
      onQueryStarted: async (_line, { dispatch, getState, queryFulfilled }) => {
        count();
        const change = started;
        const cart = await queryFulfilled.then(({ data }) => data).catch(() => null);
        const isReading = cartApi.endpoints.getCart.select()(getState()).status === 'pending';
        if (cart && change === started && !isReading)
          dispatch(cartApi.util.upsertQueryData('getCart', undefined, cart));
        else dispatch(cartApi.util.invalidateTags(['cart']));
      },
    },
    addToCart: { onQueryStarted: count },
    removeCartLine: { onQueryStarted: count },
  },
});
