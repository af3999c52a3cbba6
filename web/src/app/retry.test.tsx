import { act, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { HttpResponse, http } from 'msw';
import { expect, it } from 'vitest';
import { renderPage } from '../../test/render';
import { API, answer, problem, server } from '../../test/server';
import CartPage from '../features/cart/CartPage';
import { lineSet } from '../features/cart/guestCart';
import BestsellersPage from '../features/catalog/BestsellersPage';
import BookPage from '../features/catalog/BookPage';
import CategoryPage from '../features/catalog/CategoryPage';
import { HomeShelves } from '../features/catalog/HomeShelves';
import SearchPage from '../features/catalog/SearchPage';
import { BestsellerShelf, CategoryShelf } from '../features/catalog/Shelf';
import OrderPage from '../features/orders/OrderPage';
import OrdersPage from '../features/orders/OrdersPage';

/** Fails the requests of a path: the first at once, the second when the returned function is called. */
function failures(path: string): () => void {
  let fail = () => {};
  const called = new Promise<void>((resolve) => {
    fail = resolve;
  });
  server.use(
    http.get(API + path, () => HttpResponse.error(), { once: true }),
    http.get(API + path, () => called.then(() => HttpResponse.error())),
  );
  return fail;
}

const noSales = () => answer({ items: [], asOf: '2026-01-31T08:15:30Z', stale: false });

it.each([
  ['bestsellers', '/bestsellers', <BestsellersPage key="" />, '*', '/'],
  ['search', '/search', <SearchPage key="" />, '*', '/search?q=lem'],
  [
    'book',
    '/books/solaris',
    <BookPage key="" buy={() => null} related={() => null} />,
    '/books/:bookId',
    '/books/solaris',
  ],
  ['category', '/books', <CategoryPage key="" />, '/category/:name', '/category/Science%20Fiction'],
  ['home page', '/categories', <HomeShelves key="">text</HomeShelves>, '*', '/'],
  ['shelf', '/books', <CategoryShelf key="" category="Science Fiction" />, '*', '/'],
  ['shelf without sales', '/books', <BestsellerShelf key="" />, '*', '/'],
  ['orders', '/orders', <OrdersPage key="" />, '*', '/orders'],
  ['order', '/orders/x', <OrderPage key="" />, '/orders/:orderId', '/orders/x'],
  ['cart', '/cart', <CartPage key="" />, '*', '/cart'],
])('%s shows that it is loading while it is tried again', async (_name, failing, page, path, at) => {
  server.use(
    http.get(`${API}/bestsellers`, noSales),
    http.get(`${API}/search`, () => problem(503, 'unavailable')),
  );
  const fail = failures(failing);
  renderPage(page, { as: 'shopper', path, at });
  await userEvent.click(await screen.findByRole('button', { name: 'Try again' }));
  await waitFor(() => expect(screen.queryByRole('alert')).toBeNull());
  expect(screen.getAllByText('Loading').map(({ role }) => role)).toContain('status');
  await act(async () => fail());
  expect(await screen.findByRole('alert')).toBeTruthy();
});

it('cart of a guest shows that it is loading while it is tried again', async () => {
  failures('/books/solaris');
  const { store } = renderPage(<CartPage />);
  store.dispatch(lineSet({ bookId: 'solaris', quantity: 1 }));
  await userEvent.click(await screen.findByRole('button', { name: 'Try again' }));
  await waitFor(() => expect(screen.queryByRole('alert')).toBeNull());
  expect(screen.getByText('Loading').role).toBe('status');
});
