import { afterEach, expect, it, vi } from 'vitest';
import { cartOf, SOLARIS } from '../../test/server';
import { shop } from '../api/endpoints';
import { leave, signedIn, signedOut } from '../lib/session';
import { startSession, tokenSource } from './session';
import { createStore } from './store';

vi.mock('../features/account/identity', () => ({
  idToken: async () => 'token',
  currentShopper: () => currentShopper(),
}));

const SHOPPER = { id: 'shopper-1', email: 'reader@shop.test' };
const currentShopper = vi.fn(async () => SHOPPER);
const COGNITO = { region: 'eu-west-1', userPoolId: 'pool', userPoolClientId: 'client' };
const KEY = 'CognitoIdentityServiceProvider.client.LastAuthUser';

const storeOf = () =>
  createStore({
    send: async () => ({ status: 204, content: null, region: 'eu-west-1' }),
    token: async () => null,
  });

const storageChanged = (newValue: string | null) =>
  window.dispatchEvent(new StorageEvent('storage', { key: KEY, newValue }));

afterEach(() => vi.unstubAllGlobals());

it('leaving removes the shopper and cached answers', async () => {
  const store = storeOf();
  store.dispatch(signedIn(SHOPPER));
  await store.dispatch(shop.util.upsertQueryData('getCart', undefined, cartOf([[SOLARIS, 2]])));
  expect(Object.keys(store.getState().api.queries)).toEqual(['getCart(undefined)']);
  leave(store.dispatch);
  expect(store.getState().session).toEqual({ status: 'guest' });
  expect(store.getState().api.queries).toEqual({});
});

it('token of a shopper does not depend on localStorage', async () => {
  vi.stubGlobal('localStorage', {
    getItem() {
      throw new DOMException('blocked', 'SecurityError');
    },
  });
  const store = storeOf();
  const token = tokenSource(() => store.getState().session);
  store.dispatch(signedOut());
  expect(await token()).toBeNull();
  store.dispatch(signedIn(SHOPPER));
  expect(await token()).toBe('token');
});

it('sign-in and sign-out in another tab are followed', async () => {
  const store = storeOf();
  await startSession(store, COGNITO);
  expect(store.getState().session).toEqual({ status: 'guest' });
  localStorage.setItem(KEY, 'reader');
  storageChanged('reader');
  await vi.waitFor(() => expect(store.getState().session).toEqual({ status: 'shopper', shopper: SHOPPER }));
  storageChanged(null);
  expect(store.getState().session).toEqual({ status: 'guest' });
});

it('user pool without an answer makes the shopper a guest', async () => {
  currentShopper.mockRejectedValueOnce(new DOMException('no answer', 'TimeoutError'));
  localStorage.setItem(KEY, 'reader');
  const store = storeOf();
  await startSession(store, COGNITO);
  expect(store.getState().session).toEqual({ status: 'guest' });
});

it('page from the back/forward cache is loaded again', async () => {
  const reload = vi.fn();
  vi.stubGlobal('location', { ...window.location, reload });
  await startSession(storeOf(), COGNITO);
  window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: false }));
  expect(reload).not.toHaveBeenCalled();
  window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }));
  expect(reload).toHaveBeenCalled();
});
