import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { HttpResponse, http } from 'msw';
import { expect, it, vi } from 'vitest';
import { renderPage } from '../../../test/render';
import { API, answer, cartOf, problem, SOLARIS, server, UBIK } from '../../../test/server';
import { AddToCart } from './AddToCart';
import CartPage from './CartPage';
import { lineSet } from './guestCart';

it('guest’s cart has current prices', async () => {
  const { store } = renderPage(<CartPage />);
  expect(screen.getByText('Your cart is empty')).toBeTruthy();
  store.dispatch(lineSet({ bookId: 'solaris', quantity: 2 }));
  store.dispatch(lineSet({ bookId: 'ubik', quantity: 1 }));
  expect((await screen.findByRole('complementary')).textContent).toContain('€35.70');
});

it('guest changes quantities and removes books', async () => {
  const { store } = renderPage(<CartPage />);
  store.dispatch(lineSet({ bookId: 'solaris', quantity: 2 }));
  await userEvent.click(await screen.findByRole('button', { name: 'One more' }));
  expect(store.getState().guestCart.lines).toEqual([{ bookId: 'solaris', quantity: 3 }]);
  await userEvent.click(screen.getByRole('button', { name: 'Remove Solaris' }));
  expect(await screen.findByText('Your cart is empty')).toBeTruthy();
});

it('removed line is announced and can be restored', async () => {
  const { store } = renderPage(<CartPage />);
  store.dispatch(lineSet({ bookId: 'solaris', quantity: 2 }));
  store.dispatch(lineSet({ bookId: 'ubik', quantity: 1 }));
  await userEvent.click(await screen.findByRole('button', { name: 'Remove Solaris' }));
  expect(await screen.findByText('Solaris was removed.')).toBeTruthy();
  const undo = screen.getByRole('button', { name: 'Undo' });
  expect(document.activeElement).toBe(undo);
  await userEvent.click(undo);
  await waitFor(() =>
    expect(store.getState().guestCart.lines).toContainEqual({ bookId: 'solaris', quantity: 2 }),
  );
  await waitFor(() => expect(document.activeElement?.tagName).toBe('H1'));
});

it('dismissed notice leaves the focus on the page', async () => {
  const { store } = renderPage(<CartPage />);
  store.dispatch(lineSet({ bookId: 'pulped', quantity: 1 }));
  await userEvent.click(await screen.findByRole('button', { name: 'Take out what is no longer sold' }));
  await waitFor(() => expect(document.activeElement?.tagName).toBe('H1'));
});

it('books that left the catalog are reported', async () => {
  const { store } = renderPage(<CartPage />);
  store.dispatch(lineSet({ bookId: 'pulped', quantity: 1 }));
  await userEvent.click(await screen.findByRole('button', { name: 'Take out what is no longer sold' }));
  expect(store.getState().guestCart.lines).toEqual([]);
});

it('failed change keeps the quantity and says so', async () => {
  server.use(
    http.get(`${API}/cart`, () => answer(cartOf([[SOLARIS, 2]]))),
    http.put(`${API}/cart/solaris`, () => HttpResponse.error()),
  );
  renderPage(<CartPage />, { as: 'shopper' });
  await userEvent.click(await screen.findByRole('button', { name: 'One more' }));
  expect((await screen.findByRole('alert')).textContent).toContain('Check your connection');
  expect((screen.getByRole('textbox') as HTMLInputElement).value).toBe('2');
});

it('refused addition names the cart’s limits', async () => {
  server.use(
    http.get(`${API}/cart/ubik`, () => answer(cartOf([]))),
    http.put(`${API}/cart/ubik`, () => problem(409, 'cart-limit')),
  );
  renderPage(<AddToCart book={UBIK} />, { as: 'shopper' });
  await userEvent.click(screen.getByRole('button', { name: 'Add to cart' }));
  expect((await screen.findByRole('alert')).textContent).toContain('49 different books');
});

it('full guest cart names the limits', async () => {
  const { store } = renderPage(<AddToCart book={UBIK} />);
  for (let n = 0; n < 49; n += 1) store.dispatch(lineSet({ bookId: `book-${n}`, quantity: 1 }));
  await userEvent.click(screen.getByRole('button', { name: 'Add to cart' }));
  expect((await screen.findByRole('alert')).textContent).toContain('49 different books');
  expect(screen.queryByRole('link', { name: 'View cart' })).toBeNull();
  expect(store.getState().guestCart.lines).toHaveLength(49);
});

it('adding sets the sum in the account’s cart', async () => {
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
  await waitFor(() => expect(screen.getByText(/: 99 copies/)).toBeTruthy());
  expect(screen.getByText(/is the maximum/)).toBeTruthy();
  expect(set).toEqual([{ quantity: 99 }]);
});

it('sold out book cannot be added', async () => {
  const { store } = renderPage(<AddToCart book={{ ...UBIK, stock: { available: 0, here: 0 } }} />);
  await userEvent.click(screen.getByRole('button', { name: 'Sold out' }));
  expect(screen.queryByRole('textbox')).toBeNull();
  expect(store.getState().guestCart.lines).toEqual([]);
});

it('no more copies can be added than are left', async () => {
  const { store } = renderPage(<AddToCart book={{ ...UBIK, stock: { available: 2, here: 2 } }} />);
  for (let n = 0; n < 3; n += 1) await userEvent.click(screen.getByRole('button', { name: 'One more' }));
  expect(screen.getByText('No more than 2 copies of this book.')).toBeTruthy();
  await userEvent.click(screen.getByRole('button', { name: 'Add to cart' }));
  expect(store.getState().guestCart.lines).toEqual([{ bookId: 'ubik', quantity: 2 }]);
});

it('line with more copies than are left can be reduced, without scrolling', async () => {
  const focus = vi.spyOn(HTMLElement.prototype, 'focus');
  const scarce = { ...SOLARIS, stock: { available: 3, here: 0 } };
  server.use(http.get(`${API}/books/solaris`, () => answer(scarce)));
  const { store } = renderPage(<CartPage />);
  store.dispatch(lineSet({ bookId: 'solaris', quantity: 9 }));
  expect(await screen.findByText('Only 3 left')).toBeTruthy();
  await userEvent.click(screen.getByRole('button', { name: 'Reduce to 3 copies' }));
  expect(store.getState().guestCart.lines).toEqual([{ bookId: 'solaris', quantity: 3 }]);
  await waitFor(() => expect(document.activeElement?.tagName).toBe('H1'));
  expect(focus).toHaveBeenLastCalledWith({ preventScroll: true });
});
