import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { delay, HttpResponse, http } from 'msw';
import { expect, it, vi } from 'vitest';
import { renderPage } from '../../../test/render';
import { API, answer, cartOf, server, UBIK } from '../../../test/server';
import { CartMerge } from '../../app/CartMerge';
import { AddToCart } from './AddToCart';
import { STORAGE_KEY } from './guestCart';

const addButton = () => screen.getByRole('button', { name: 'Add to cart' });

function guestPicked(quantity: number): void {
  const lines = [{ bookId: 'ubik', quantity }];
  localStorage.setItem(STORAGE_KEY, JSON.stringify({ lines, merges: {} }));
}

it('adding keeps the copies of an unfinished merge', async () => {
  guestPicked(2);
  server.use(
    http.post(`${API}/cart`, () => HttpResponse.error()),
    http.get(`${API}/cart/ubik`, () => answer(cartOf([]))),
    http.put(`${API}/cart/ubik`, () => answer(cartOf([[UBIK, 1]]))),
  );
  const { store } = renderPage(
    <>
      <CartMerge />
      <AddToCart book={UBIK} />
    </>,
    { as: 'shopper' },
  );
  await vi.waitFor(() => expect(store.getState().guestCart.attempted).toBe('shopper-1'));
  await userEvent.click(addButton());
  expect(await screen.findByText(/: 1 copy/)).toBeTruthy();
  expect(store.getState().guestCart.merges).toMatchObject({
    'shopper-1': [{ bookId: 'ubik', quantity: 2 }],
  });
});

it('adding waits for a running merge', async () => {
  guestPicked(2);
  let held = 0;
  let merging: 'before' | 'running' | 'done' = 'before';
  server.use(
    http.post(`${API}/cart`, async () => {
      merging = 'running';
      await delay(200);
      held += 2;
      merging = 'done';
      return answer(cartOf([[UBIK, held]]));
    }),
    http.get(`${API}/cart/ubik`, () => answer(cartOf(held > 0 ? [[UBIK, held]] : []))),
    http.put<never, { quantity: number }>(`${API}/cart/ubik`, async ({ request }) => {
      await vi.waitFor(() => expect(merging).toBe('done'));
      held = (await request.json()).quantity;
      return answer(cartOf([[UBIK, held]]));
    }),
  );
  renderPage(
    <>
      <CartMerge />
      <AddToCart book={UBIK} />
    </>,
    { as: 'shopper' },
  );
  await vi.waitFor(() => expect(merging).toBe('running'));
  await userEvent.click(addButton());
  expect(await screen.findByText(/: 3 copies/)).toBeTruthy();
  expect(held).toBe(3);
});
