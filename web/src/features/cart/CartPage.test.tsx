import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { HttpResponse, http } from 'msw';
import { expect, it } from 'vitest';
import { renderPage } from '../../../test/render';
import { API, answer, cartOf, problem, SOLARIS, server, UBIK } from '../../../test/server';
import { AddToCart } from './AddToCart';
import CartPage from './CartPage';
import { lineSet } from './guestCart';

it('prices a guest’s cart at today’s prices', async () => {
  const { store } = renderPage(<CartPage />);
  expect(screen.getByText('Your cart is empty')).toBeTruthy();
  store.dispatch(lineSet({ bookId: 'solaris', quantity: 2 }));
  store.dispatch(lineSet({ bookId: 'ubik', quantity: 1 }));
  expect((await screen.findByRole('complementary')).textContent).toContain('€35.70');
});

it('lets a guest change quantities and remove books', async () => {
  const { store } = renderPage(<CartPage />);
  store.dispatch(lineSet({ bookId: 'solaris', quantity: 2 }));
  await userEvent.click(await screen.findByRole('button', { name: 'One more' }));
  expect(store.getState().guestCart.lines).toEqual([{ bookId: 'solaris', quantity: 3 }]);
  await userEvent.click(screen.getByRole('button', { name: 'Remove Solaris' }));
  expect(await screen.findByText('Your cart is empty')).toBeTruthy();
});

it('says which books are no longer sold', async () => {
  const { store } = renderPage(<CartPage />);
  store.dispatch(lineSet({ bookId: 'pulped', quantity: 1 }));
  await userEvent.click(await screen.findByRole('button', { name: 'Take out what is no longer sold' }));
  expect(store.getState().guestCart.lines).toEqual([]);
});

it('keeps the old quantity and says what to do when a change fails', async () => {
  server.use(
    http.get(`${API}/cart`, () => answer(cartOf([[SOLARIS, 2]]))),
    http.put(`${API}/cart/solaris`, () => HttpResponse.error()),
  );
  renderPage(<CartPage />, { as: 'shopper' });
  await userEvent.click(await screen.findByRole('button', { name: 'One more' }));
  expect((await screen.findByRole('alert')).textContent).toContain('Check your connection');
  expect((screen.getByRole('textbox') as HTMLInputElement).value).toBe('2');
});

it('says what a cart takes when the shop refuses more', async () => {
  server.use(
    http.get(`${API}/cart/ubik`, () => answer(cartOf([]))),
    http.put(`${API}/cart/ubik`, () => problem(409, 'cart-limit')),
  );
  renderPage(<AddToCart book={UBIK} />, { as: 'shopper' });
  await userEvent.click(screen.getByRole('button', { name: 'Add to cart' }));
  expect((await screen.findByRole('alert')).textContent).toContain('50 different books');
});

it('tells a guest, too, that a cart is full', async () => {
  const { store } = renderPage(<AddToCart book={UBIK} />);
  for (let n = 0; n < 50; n += 1) store.dispatch(lineSet({ bookId: `book-${n}`, quantity: 1 }));
  await userEvent.click(screen.getByRole('button', { name: 'Add to cart' }));
  expect((await screen.findByRole('alert')).textContent).toContain('50 different books');
  expect(screen.queryByRole('link', { name: 'View cart' })).toBeNull();
  expect(store.getState().guestCart.lines).toHaveLength(50);
});

it('adds to an account’s cart by setting what it held and what is added', async () => {
  const set: unknown[] = [];
  server.use(
    http.get(`${API}/cart/ubik`, () => answer(cartOf([[UBIK, 98]]))),
    http.put(`${API}/cart/ubik`, async ({ request }) => {
      set.push(await request.json());
      return answer(cartOf([[UBIK, 99]]));
    }),
  );
  renderPage(<AddToCart book={UBIK} />, { as: 'shopper' });
  await userEvent.click(screen.getByRole('button', { name: 'One more' }));
  await userEvent.click(screen.getByRole('button', { name: 'Add to cart' }));
  await waitFor(() => expect(screen.getByText(/99 copies/)).toBeTruthy());
  expect(set).toEqual([{ quantity: 99 }]);
});
