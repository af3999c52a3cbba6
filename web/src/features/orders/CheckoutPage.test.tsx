import { fireEvent, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { HttpResponse, http } from 'msw';
import { beforeEach, expect, it } from 'vitest';
import { renderPage } from '../../../test/render';
import {
  API,
  answer,
  CHECKOUT_KEY,
  cartOf,
  orderOf,
  problem,
  SOLARIS,
  server,
  UBIK,
} from '../../../test/server';
import type { Book } from '../../api/generated';
import { leave } from '../../lib/session';
import CheckoutPage from './CheckoutPage';

const ADDRESS = { name: 'Lena Vogt', street: 'Quay 7', postcode: '20095', city: 'Hamburg', country: 'DE' };
const ORDER_ID = '7f0d3a52-8f0e-5c0c-9c4e-2f4ad1f1b9d1';

interface Sent {
  key: string | null;
  body: unknown;
  raw: string;
}

/** Answers POST /orders with each response in turn, then with the last one. Returns the requests. */
function shopAnswers(...answers: (() => Response)[]): Sent[] {
  const sent: Sent[] = [];
  server.use(
    http.post(`${API}/orders`, async ({ request }) => {
      const raw = await request.text();
      sent.push({ key: request.headers.get('Idempotency-Key'), body: JSON.parse(raw), raw });
      const next = answers.length > 1 ? answers.shift() : answers[0];
      return (next ?? (() => HttpResponse.error()))();
    }),
  );
  return sent;
}

const placed = (region = 'eu-west-1') =>
  HttpResponse.json(orderOf({ orderId: ORDER_ID, region }), { status: 201, headers: { 'x-region': region } });
const placedHere = () => placed();
const elsewhere = () => problem(409, 'stock-elsewhere', { regions: ['ap-southeast-1'] });

const dearer = () =>
  problem(409, 'price-changed', {
    items: [
      { bookId: 'solaris', title: 'Solaris', quantity: 2, unitPrice: 1490, lineTotal: 2980 },
      { bookId: 'ubik', title: 'Ubik', quantity: 1, unitPrice: 990, lineTotal: 990 },
    ],
    total: 3970,
    currency: 'EUR',
  });

async function fillAddress() {
  const fields = {
    'Full name': 'Lena Vogt',
    'Street and number': 'Quay 7',
    Postcode: '20095',
    City: 'Hamburg',
  };
  for (const [label, text] of Object.entries(fields))
    fireEvent.change(await screen.findByLabelText(label), { target: { value: text } });
  fireEvent.change(screen.getByLabelText('Country'), { target: { value: 'DE' } });
}

async function openCheckout() {
  const page = renderPage(<CheckoutPage />, { as: 'shopper', at: '/checkout', path: '/checkout' });
  await fillAddress();
  return page;
}

const placeButton = () => screen.getByRole('button', { name: /^Place order/ });

beforeEach(() => {
  server.use(
    http.get(`${API}/cart`, () =>
      answer(
        cartOf([
          [SOLARIS, 2],
          [UBIK, 1],
        ]),
      ),
    ),
  );
});

it('places the shown lines under the cart’s key', async () => {
  const sent = shopAnswers(placedHere);
  await openCheckout();
  expect(placeButton().textContent).toContain('€35.70');
  await userEvent.click(placeButton());
  expect(await screen.findByText('another page')).toBeTruthy();
  const items = [
    { bookId: 'solaris', quantity: 2, lineVersion: 'solaris/1' },
    { bookId: 'ubik', quantity: 1, lineVersion: 'ubik/1' },
  ];
  expect(sent).toHaveLength(1);
  expect(sent[0]).toMatchObject({
    key: CHECKOUT_KEY,
    body: { items, expectedTotal: 3570, address: ADDRESS },
  });
});

it('reload keeps the address, sign-out removes it', async () => {
  const { unmount, store } = await openCheckout();
  unmount();
  renderPage(<CheckoutPage />, { as: 'shopper', at: '/checkout', path: '/checkout' });
  expect(((await screen.findByLabelText('Street and number')) as HTMLInputElement).value).toBe('Quay 7');
  leave(store.dispatch);
  expect(localStorage.getItem('bookstore.address')).toBeNull();
});

it('many lines are folded', async () => {
  const books = Array.from({ length: 20 }, (_, n): [Book, number] => [{ ...SOLARIS, id: `b-${n}` }, 1]);
  server.use(http.get(`${API}/cart`, () => answer(cartOf(books))));
  renderPage(<CheckoutPage />, { as: 'shopper', at: '/checkout', path: '/checkout' });
  expect((await screen.findByText('and 16 more books')).closest('details')?.open).toBe(false);
});

it('sends no card', async () => {
  const sent = shopAnswers(placedHere);
  await openCheckout();
  const card = screen.getByLabelText('Card number') as HTMLInputElement;
  await userEvent.clear(card);
  await userEvent.type(card, '4111 1111 1111 1111');
  expect(card.name).toBe('');
  await userEvent.click(placeButton());
  await screen.findByText('another page');
  expect(sent[0]?.raw).not.toMatch(/4111/);
});

it('two presses place one order', async () => {
  const sent = shopAnswers(placedHere);
  await openCheckout();
  const form = placeButton().closest('form') as HTMLFormElement;
  fireEvent.submit(form);
  fireEvent.submit(form);
  await screen.findByText('another page');
  expect(sent).toHaveLength(1);
});

it('changed price is shown, then ordered under the same key', async () => {
  const sent = shopAnswers(dearer, placedHere);
  await openCheckout();
  await userEvent.click(placeButton());
  expect(await screen.findByText('The price has changed')).toBeTruthy();
  expect(screen.getByText(/It was €35\.70 .* is €39\.70 now/)).toBeTruthy();
  expect((screen.getByLabelText('Full name') as HTMLInputElement).value).toBe('Lena Vogt');
  await userEvent.click(placeButton());
  await screen.findByText('another page');
  expect(sent.map((request) => request.key)).toEqual([CHECKOUT_KEY, CHECKOUT_KEY]);
  expect(sent[1]?.body).toMatchObject({ expectedTotal: 3970 });
});

it('unknown outcome repeats the same order', async () => {
  const sent = shopAnswers(() => HttpResponse.error(), placedHere);
  const { store } = await openCheckout();
  await userEvent.click(placeButton());
  expect(await screen.findByText('We can’t reach the shop')).toBeTruthy();
  expect((screen.getByLabelText('Full name') as HTMLInputElement).value).toBe('Lena Vogt');
  server.use(http.get(`${API}/cart`, () => answer(cartOf([]))));
  store.dispatch({ type: 'api/invalidateTags', payload: ['cart'] });
  await userEvent.click(placeButton());
  await screen.findByText('another page');
  expect(sent[1]).toEqual(sent[0]);
});

it('reused key shows the current cart', async () => {
  shopAnswers(() => problem(422, 'key-reused'));
  await openCheckout();
  server.use(http.get(`${API}/cart`, () => answer(cartOf([[UBIK, 3]]))));
  await userEvent.click(placeButton());
  expect(await screen.findByText('Your cart has changed')).toBeTruthy();
  await waitFor(() => expect(placeButton().textContent).toContain('€29.70'));
  expect((screen.getByLabelText('Full name') as HTMLInputElement).value).toBe('Lena Vogt');
});

it('reloading cart keeps the fields and blocks ordering', async () => {
  const sent = shopAnswers(placedHere);
  const { store } = await openCheckout();
  server.use(http.get(`${API}/cart`, () => problem(500, 'internal')));
  store.dispatch({ type: 'api/invalidateTags', payload: ['cart'] });
  const retry = await screen.findByRole('button', { name: 'Try again' });
  fireEvent.submit(screen.getByLabelText('Full name').closest('form') as HTMLFormElement);
  server.use(http.get(`${API}/cart`, () => answer(cartOf([[UBIK, 3]]))));
  await userEvent.click(retry);
  await waitFor(() => expect(placeButton().textContent).toContain('€29.70'));
  expect((screen.getByLabelText('Full name') as HTMLInputElement).value).toBe('Lena Vogt');
  expect(sent).toHaveLength(0);
});

it('ended session leads to the sign-in page', async () => {
  shopAnswers(() => problem(401, 'unauthorized'));
  const { store } = await openCheckout();
  await userEvent.click(placeButton());
  const link = await screen.findByRole('link', { name: 'Sign in' });
  expect(link.getAttribute('href')).toBe('/sign-in?next=%2Fcheckout');
  expect(screen.queryByText(/Press the button again/)).toBeNull();
  await userEvent.click(link);
  expect(store.getState().session).toEqual({ status: 'guest' }); // otherwise the sign-in page would redirect back
});

it('empty cart has no order button', async () => {
  server.use(http.get(`${API}/cart`, () => answer(cartOf([]))));
  renderPage(<CheckoutPage />, { as: 'shopper' });
  expect(await screen.findByText('Your cart is empty')).toBeTruthy();
});

it('changed cart is shown, and nothing was ordered', async () => {
  const sent = shopAnswers(() => problem(409, 'cart-changed', { cart: cartOf([[UBIK, 3]]) }), placedHere);
  await openCheckout();
  server.use(http.get(`${API}/cart`, () => answer(cartOf([[UBIK, 3]]))));
  await userEvent.click(placeButton());
  expect(await screen.findByText('Your cart has changed')).toBeTruthy();
  await waitFor(() => expect(placeButton().textContent).toContain('€29.70'));
  await userEvent.click(placeButton());
  await screen.findByText('another page');
  expect(sent[1]?.body).toMatchObject({ items: [{ bookId: 'ubik', quantity: 3, lineVersion: 'ubik/1' }] });
});

it('out of stock names the books and what is left of them', async () => {
  const items = [{ bookId: 'solaris', wanted: 2, available: 1 }];
  shopAnswers(() => problem(409, 'out-of-stock', { items }));
  await openCheckout();
  await userEvent.click(placeButton());
  expect(await screen.findByText('Not enough copies are left')).toBeTruthy();
  expect(screen.getByText('Solaris: 1 copy left')).toBeTruthy();
  expect(screen.getByText('Nothing was ordered. Change your cart, then order again.')).toBeTruthy();
  expect(screen.getByRole('link', { name: 'Change the cart' }).getAttribute('href')).toBe('/cart');
});

it('order is sent to the region that has the copies, under the same key', async () => {
  const sent = shopAnswers(elsewhere, () => placed('ap-southeast-1'));
  const { store } = renderPage(<CheckoutPage />, {
    as: 'shopper',
    at: '/checkout',
    path: '/checkout',
    regions: ['ap-southeast-1'],
  });
  const seen = new Set<string | null>();
  store.subscribe(() => seen.add(store.getState().region.answering));
  await fillAddress();
  await userEvent.click(placeButton());
  await screen.findByText('another page');
  expect(sent).toHaveLength(2);
  expect(sent[1]).toEqual(sent[0]);
  expect(seen).toContain('ap-southeast-1');
});

it('order that no region can take is not called placed', async () => {
  shopAnswers(elsewhere);
  await openCheckout();
  await userEvent.click(placeButton());
  expect(await screen.findByText('Another region has these copies')).toBeTruthy();
  expect(screen.getByText(/^Nothing was ordered\. No region could take/)).toBeTruthy();
});

const soldOut = () =>
  problem(409, 'out-of-stock', { items: [{ bookId: 'solaris', wanted: 2, available: 1 }] });
const changed = () => problem(409, 'cart-changed', { cart: cartOf([[UBIK, 3]]) });
const lost = () => HttpResponse.error();

async function openWithRegions() {
  renderPage(<CheckoutPage />, {
    as: 'shopper',
    at: '/checkout',
    path: '/checkout',
    regions: ['ap-southeast-1'],
  });
  await fillAddress();
}

it('order that the region with the copies may have taken is repeated under the same key', async () => {
  const sent = shopAnswers(elsewhere, lost, placedHere);
  await openWithRegions();
  await userEvent.click(placeButton());
  expect(await screen.findByText(/the same order is never placed twice/)).toBeTruthy();
  expect(screen.queryByText(/Nothing was ordered/)).toBeNull();
  await userEvent.click(placeButton());
  await screen.findByText('another page');
  expect(sent[2]).toEqual(sent[0]);
});

it.each([
  ['out of stock', soldOut, 'Not enough copies are left'],
  ['a changed cart', changed, 'Your cart has changed'],
  ['a changed price', dearer, 'The price has changed'],
])('%s after a lost attempt does not say that nothing was ordered', async (_name, refusal, title) => {
  const sent = shopAnswers(lost, refusal, placedHere);
  await openWithRegions();
  server.use(http.get(`${API}/cart`, () => answer(cartOf([[UBIK, 3]]))));
  await userEvent.click(placeButton());
  expect(await screen.findByText(title)).toBeTruthy();
  expect(screen.getByText(/this order may have been placed/)).toBeTruthy();
  expect(screen.queryByText(/Nothing was ordered/)).toBeNull();
  await userEvent.click(placeButton());
  await screen.findByText('another page');
  const [first, , third] = sent.map(({ key, body }) => ({ key, items: (body as { items: unknown }).items }));
  expect(third).toEqual(first);
});

it('refusal after a press without an answer does not say that nothing was ordered', async () => {
  shopAnswers(lost, soldOut);
  await openCheckout();
  await userEvent.click(placeButton());
  expect(await screen.findByText('We can’t reach the shop')).toBeTruthy();
  await userEvent.click(placeButton());
  expect(await screen.findByText('Not enough copies are left')).toBeTruthy();
  expect(screen.getByText(/this order may have been placed/)).toBeTruthy();
});

it('reused key after a press without an answer shows the current cart', async () => {
  shopAnswers(lost, () => problem(422, 'key-reused'));
  await openCheckout();
  await userEvent.click(placeButton());
  expect(await screen.findByText('We can’t reach the shop')).toBeTruthy();
  server.use(http.get(`${API}/cart`, () => answer(cartOf([[UBIK, 3]]))));
  await userEvent.click(placeButton());
  expect(await screen.findByText('Your cart has changed')).toBeTruthy();
  await waitFor(() => expect(placeButton().textContent).toContain('€29.70'));
});
