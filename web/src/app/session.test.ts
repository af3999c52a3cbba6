import { expect, it } from 'vitest';
import { cartOf, SOLARIS } from '../../test/server';
import { shop } from '../api/endpoints';
import { leave, signedIn } from '../lib/session';
import { createStore } from './store';

it('leaving removes the shopper and cached answers', async () => {
  const store = createStore({ send: async () => new Response(), token: async () => null });
  store.dispatch(signedIn({ id: 'shopper-1', email: 'reader@shop.test' }));
  await store.dispatch(shop.util.upsertQueryData('getCart', undefined, cartOf([[SOLARIS, 2]])));
  expect(Object.keys(store.getState().api.queries)).toEqual(['getCart(undefined)']);
  leave(store.dispatch);
  expect(store.getState().session).toEqual({ status: 'guest' });
  expect(store.getState().api.queries).toEqual({});
});
