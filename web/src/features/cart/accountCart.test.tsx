import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { HttpResponse, http } from 'msw';
import { Route, Routes } from 'react-router';
import { afterEach, expect, it, vi } from 'vitest';
import { renderPage } from '../../../test/render';
import { API, answer, BOOKS, cartOf, problem, REGION, server, UBIK } from '../../../test/server';
import { AddToCart } from './AddToCart';
import { CartLink } from './CartLink';
import CartPage from './CartPage';

afterEach(() => vi.useRealTimers());

/** The account's cart on the server, by title, and the number of its reads. */
function serveCart(held: Record<string, number>) {
  const account = {
    held,
    reads: 0,
    snapshot: () =>
      cartOf(
        BOOKS.flatMap((book) => (account.held[book.title] ? [[book, account.held[book.title] ?? 0]] : [])),
      ),
  };
  server.use(
    http.get(`${API}/cart`, () => {
      account.reads += 1;
      return answer(account.snapshot());
    }),
  );
  return account;
}

/** A promise, and the function that resolves it. */
function gate(): [Promise<void>, () => void] {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return [opened, open];
}

const line = async (title: string) =>
  within((await screen.findByRole('link', { name: title })).closest('li') as HTMLElement);
const quantity = async (title: string) =>
  ((await line(title)).getByRole('textbox') as HTMLInputElement).value;
const showTab = () => act(() => void document.dispatchEvent(new Event('visibilitychange')));

it('cart page that is opened later reads the cart again', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const account = serveCart({ Solaris: 2 });
  renderPage(
    <>
      <CartLink />
      <Routes>
        <Route path="/cart" element={<CartPage />} />
        <Route path="*" element={null} />
      </Routes>
    </>,
    { as: 'shopper' },
  );
  const link = await screen.findByRole('link', { name: /2 books/ });
  vi.setSystemTime(Date.now() + 60_000);
  account.held = { Ubik: 1 }; // another tab has ordered
  await userEvent.click(link);
  expect(await screen.findByRole('link', { name: 'Ubik' })).toBeTruthy();
});

it('cart page and header share one read', async () => {
  const account = serveCart({ Solaris: 2 });
  renderPage(
    <>
      <CartLink />
      <CartPage />
    </>,
    { as: 'shopper' },
  );
  await line('Solaris');
  expect(account.reads).toBe(1);
});

it('cart is read again when the page becomes visible', async () => {
  const account = serveCart({ Solaris: 2 });
  renderPage(<CartPage />, { as: 'shopper' });
  await line('Solaris');
  account.held = { Ubik: 1 };
  showTab();
  expect(await screen.findByRole('link', { name: 'Ubik' })).toBeTruthy();
});

it('late answer of a change does not bring a removed line back', async () => {
  const account = serveCart({ Solaris: 2, Ubik: 1 });
  const [removed, remove] = gate();
  server.use(
    http.put(`${API}/cart/solaris`, async () => {
      account.held.Solaris = 3;
      const before = account.snapshot();
      await removed;
      return answer(before);
    }),
    http.delete(`${API}/cart/ubik`, () => {
      delete account.held.Ubik;
      return new HttpResponse(null, { status: 204, headers: { 'x-region': REGION } });
    }),
  );
  const { store } = renderPage(<CartPage />, { as: 'shopper' });
  await userEvent.click((await line('Solaris')).getByRole('button', { name: 'One more' }));
  await userEvent.click(screen.getByRole('button', { name: 'Remove Ubik' }));
  await screen.findByText('Ubik was removed.');
  const shown: string[][] = [];
  store.subscribe(() => {
    const cart = Object.values(store.getState().api.queries).find(
      (query) => query?.endpointName === 'getCart',
    );
    const items = (cart?.data as ReturnType<typeof cartOf>).items;
    if (items.find(({ bookId }) => bookId === 'solaris')?.quantity === 3)
      shown.push(items.map(({ bookId }) => bookId));
  });
  remove();
  await waitFor(async () => expect(await quantity('Solaris')).toBe('3'));
  await waitFor(() => expect(screen.queryByRole('link', { name: 'Ubik' })).toBeNull());
  expect(shown).not.toContainEqual(['solaris', 'ubik']);
});

it('late answer of a read does not undo a change', async () => {
  const account = serveCart({ Solaris: 2 });
  renderPage(<CartPage />, { as: 'shopper' });
  await line('Solaris');
  const [changed, change] = gate();
  server.use(
    http.get(
      `${API}/cart`,
      async () => {
        const before = account.snapshot();
        await changed;
        return answer(before);
      },
      { once: true },
    ),
    http.put(`${API}/cart/solaris`, () => {
      account.held.Solaris = 3;
      return answer(account.snapshot());
    }),
  );
  showTab();
  await userEvent.click((await line('Solaris')).getByRole('button', { name: 'One more' }));
  await waitFor(async () =>
    expect((await line('Solaris')).getByRole('button', { name: 'Remove Solaris' }).ariaDisabled).not.toBe(
      'true',
    ),
  );
  change();
  await waitFor(async () => expect(await quantity('Solaris')).toBe('3'));
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(await quantity('Solaris')).toBe('3');
});

/** Replaces the browser's locks, which jsdom does not have. */
function withLocks(request: (name: string, change: () => Promise<unknown>) => Promise<unknown>) {
  Object.defineProperty(navigator, 'locks', { value: { request }, configurable: true });
  return () => Reflect.deleteProperty(navigator, 'locks');
}

it('book can be added while the browser blocks site data', async () => {
  const restore = withLocks(() => Promise.reject(new DOMException('denied', 'SecurityError')));
  const put: unknown[] = [];
  server.use(
    http.get(`${API}/cart/ubik`, () => answer(cartOf([]))),
    http.put(`${API}/cart/ubik`, async ({ request }) => {
      put.push(await request.json());
      return answer(cartOf([[UBIK, 1]]));
    }),
  );
  renderPage(<AddToCart book={UBIK} />, { as: 'shopper' });
  await userEvent.click(screen.getByRole('button', { name: 'Add to cart' }));
  expect(await screen.findByText(/In your cart: 1/)).toBeTruthy();
  expect(put).toEqual([{ quantity: 1 }]);
  restore();
});

it('addition that fails under a lock is not repeated', async () => {
  const restore = withLocks((_name, change) => change());
  let reads = 0;
  server.use(
    http.get(`${API}/cart/ubik`, () => {
      reads += 1;
      return problem(404, 'not-found');
    }),
  );
  renderPage(<AddToCart book={UBIK} />, { as: 'shopper' });
  await userEvent.click(screen.getByRole('button', { name: 'Add to cart' }));
  expect(await screen.findByRole('alert')).toBeTruthy();
  expect(reads).toBe(1);
  restore();
});

it('line can be removed right after a quantity was typed', async () => {
  const [stored, store] = gate();
  const sent: string[] = [];
  const account = serveCart({ Solaris: 2 });
  server.use(
    http.put(`${API}/cart/solaris`, async () => {
      sent.push('PUT');
      await stored;
      account.held = { Solaris: 3 };
      return answer(account.snapshot());
    }),
    http.delete(`${API}/cart/solaris`, () => {
      sent.push('DELETE');
      account.held = {};
      return new HttpResponse(null, { status: 204, headers: { 'x-region': REGION } });
    }),
  );
  renderPage(<CartPage />, { as: 'shopper' });
  const field = (await line('Solaris')).getByRole('textbox');
  await userEvent.clear(field);
  await userEvent.type(field, '3');
  const remove = screen.getByRole('button', { name: 'Remove Solaris' });
  await userEvent.click(remove); // ends the typing first
  await userEvent.click(remove);
  store();
  expect(await screen.findByText('Your cart is empty')).toBeTruthy();
  expect(sent).toEqual(['PUT', 'DELETE']);
});
