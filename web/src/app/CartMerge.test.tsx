import { act, screen, waitFor } from '@testing-library/react';
import { http } from 'msw';
import { expect, it } from 'vitest';
import { renderPage } from '../../test/render';
import { API, answer, cartOf, problem, SOLARIS, server, UBIK } from '../../test/server';
import CartPage from '../features/cart/CartPage';
import { lineSet, reread, STORAGE_KEY } from '../features/cart/guestCart';
import { CartMerge } from './CartMerge';

/** Renders the cart of a shopper who signed in with an empty guest's cart. */
async function openCart() {
  const { store } = renderPage(
    <>
      <CartMerge />
      <CartPage />
    </>,
    { as: 'shopper' },
  );
  await screen.findByRole('link', { name: 'Solaris' });
  return store;
}

it('book that another tab adds as a guest is merged', async () => {
  let held = cartOf([[SOLARIS, 2]]);
  server.use(
    http.get(`${API}/cart`, () => answer(held)),
    http.post(`${API}/cart`, () => {
      held = cartOf([
        [SOLARIS, 2],
        [UBIK, 1],
      ]);
      return answer(held);
    }),
  );
  const store = await openCart();
  localStorage.setItem(STORAGE_KEY, JSON.stringify({ lines: [{ bookId: 'ubik', quantity: 1 }], merges: {} }));
  act(() => void store.dispatch(reread()));
  expect(await screen.findByRole('link', { name: 'Ubik' })).toBeTruthy();
  expect(store.getState().guestCart).toMatchObject({ lines: [], merges: {} });
});

it('line that does not fit is tried once', async () => {
  let tried = 0;
  server.use(
    http.get(`${API}/cart`, () => answer(cartOf([[SOLARIS, 2]]))),
    http.get(`${API}/cart/ubik`, () => answer(cartOf([]))),
    http.post(`${API}/cart`, () => {
      tried += 1;
      return problem(409, 'cart-limit');
    }),
  );
  const store = await openCart();
  localStorage.setItem(STORAGE_KEY, JSON.stringify({ lines: [{ bookId: 'ubik', quantity: 1 }], merges: {} }));
  act(() => void store.dispatch(reread()));
  await waitFor(() => expect(store.getState().guestCart.attempted).toBe('shopper-1'));
  act(() => void store.dispatch(lineSet({ bookId: 'ubik', quantity: 2 })));
  expect(await screen.findByRole('link', { name: 'Solaris' })).toBeTruthy();
  expect(tried).toBe(1);
  expect(store.getState().guestCart.lines).toEqual([{ bookId: 'ubik', quantity: 2 }]);
});
