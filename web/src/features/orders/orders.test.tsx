import { fireEvent, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http } from 'msw';
import { Link } from 'react-router';
import { expect, it } from 'vitest';
import { renderPage } from '../../../test/render';
import { API, answer, orderOf, problem, server } from '../../../test/server';
import { shop } from '../../api/endpoints';
import OrderPage from './OrderPage';
import OrdersPage from './OrdersPage';

const ORDER = orderOf();
const AT = { as: 'shopper', at: `/orders/${ORDER.orderId}`, path: '/orders/:orderId' } as const;
const PATH = `${API}/orders/${ORDER.orderId}`;

it('receipt shows the region of the order', async () => {
  server.use(http.get(`${API}/orders/${ORDER.orderId}`, () => answer(ORDER)));
  renderPage(<OrderPage />, { as: 'shopper', at: `/orders/${ORDER.orderId}`, path: '/orders/:orderId' });
  expect(await screen.findByText('Singapore')).toBeTruthy();
  expect(screen.getByText('7F0D3A52')).toBeTruthy();
  expect(screen.getAllByText('€25.80').length).toBeGreaterThan(0);
});

it('unknown order says so', async () => {
  server.use(http.get(`${API}/orders/x`, () => problem(404, 'not-found')));
  renderPage(<OrderPage />, { as: 'shopper', at: '/orders/x', path: '/orders/:orderId' });
  expect(await screen.findByText('There is no such order of yours')).toBeTruthy();
});

it('orders are listed page by page', async () => {
  const older = {
    ...ORDER,
    orderId: '00000000-8f0e-5c0c-9c4e-2f4ad1f1b9d1',
    createdAt: '2025-12-01T08:00:00.000Z',
  };
  server.use(
    http.get(`${API}/orders`, ({ request }) => {
      const cursor = new URL(request.url).searchParams.get('cursor');
      return answer(cursor ? { items: [older], nextCursor: null } : { items: [ORDER], nextCursor: 'more' });
    }),
  );
  renderPage(<OrdersPage />, { as: 'shopper' });
  await userEvent.click(await screen.findByRole('button', { name: 'Show older orders' }));
  expect(await screen.findByRole('link', { name: /^December 1, 2025 at/ })).toBeTruthy();
  expect(screen.getByRole('link', { name: /^January 31, 2026 at/ })).toBeTruthy();
  expect(document.activeElement?.textContent).toMatch(/^December 1, 2025 at/);
  expect(screen.queryByRole('button', { name: 'Show older orders' })).toBeNull();
});

it('orders that cannot be read without a new token name the sign-in service', async () => {
  renderPage(<OrdersPage />, { as: 'shopper', token: () => Promise.reject(new Error('no answer')) });
  expect((await screen.findByRole('alert')).textContent).toContain('sign-in service does not answer');
  expect(screen.getByRole('button', { name: 'Try again' })).toBeTruthy();
});

it('orders without any link to the home page', async () => {
  server.use(http.get(`${API}/orders`, () => answer({ items: [], nextCursor: null })));
  renderPage(<OrdersPage />, { as: 'shopper' });
  expect(await screen.findByText('No orders yet')).toBeTruthy();
});

it('receipt shows the delivery address', async () => {
  const address = { name: 'Lena Vogt', street: 'Quay 7', postcode: '20095', city: 'Hamburg', country: 'DE' };
  server.use(http.get(PATH, () => answer(orderOf({ address }))));
  renderPage(<OrderPage />, AT);
  expect(await screen.findByText('Lena Vogt')).toBeTruthy();
  expect(screen.getByText('20095 Hamburg')).toBeTruthy();
  expect(screen.getByText('Germany')).toBeTruthy();
});

it('order is cancelled after a second question', async () => {
  let status: 'placed' | 'cancelled' = 'placed';
  server.use(
    http.get(PATH, () => answer(orderOf({ status }))),
    http.put(`${PATH}/cancellation`, () => {
      status = 'cancelled';
      return answer(orderOf({ status }));
    }),
  );
  renderPage(<OrderPage />, AT);
  await userEvent.click(await screen.findByRole('button', { name: 'Cancel order' }));
  await userEvent.click(screen.getByRole('button', { name: 'Yes, cancel it' }));
  expect(await screen.findByText('This order was cancelled.')).toBeTruthy();
  expect(screen.queryByRole('button', { name: 'Cancel order' })).toBeNull();
});

it('cancellation that is too late says so', async () => {
  let status: 'placed' | 'final' = 'placed';
  server.use(
    http.get(PATH, () => answer(orderOf({ status }))),
    http.put(`${PATH}/cancellation`, () => {
      status = 'final';
      return problem(409, 'too-late');
    }),
  );
  renderPage(<OrderPage />, AT);
  await userEvent.click(await screen.findByRole('button', { name: 'Cancel order' }));
  await userEvent.click(screen.getByRole('button', { name: 'Yes, cancel it' }));
  expect((await screen.findByRole('alert')).textContent).toBe('The time to cancel this order is over.');
});

it('held order names the other one and can be kept', async () => {
  let status: 'held' | 'placed' = 'held';
  const other = '00000000-8f0e-5c0c-9c4e-2f4ad1f1b9d1';
  server.use(
    http.get(PATH, () => answer(orderOf({ status, overlaps: [other] }))),
    http.put(`${PATH}/confirmation`, () => {
      status = 'placed';
      return answer(orderOf({ status }));
    }),
  );
  renderPage(<OrderPage />, AT);
  expect((await screen.findByRole('link', { name: '00000000' })).getAttribute('href')).toBe(
    `/orders/${other}`,
  );
  await userEvent.click(screen.getByRole('button', { name: 'Keep the order' }));
  expect(await screen.findByRole('button', { name: 'Cancel order' })).toBeTruthy();
});

/** Answers the order and counts the cancellations. */
function countedCancellations(status: 'placed' | 'held', reply: () => Response | Promise<Response>) {
  const sent: string[] = [];
  server.use(
    http.get(PATH, () => answer(orderOf({ status }))),
    http.put(`${PATH}/cancellation`, ({ request }) => {
      sent.push(request.method);
      return reply();
    }),
  );
  return sent;
}

it('double click on cancel asks the second question', async () => {
  const sent = countedCancellations('placed', () => answer(orderOf({ status: 'cancelled' })));
  renderPage(<OrderPage />, AT);
  await userEvent.dblClick(await screen.findByRole('button', { name: 'Cancel order' }));
  expect(screen.getByText('Cancel this order?')).toBeTruthy();
  await userEvent.click(screen.getByRole('button', { name: 'Keep it' }));
  expect(sent).toEqual([]);
});

it('second click of a double click answers no question', async () => {
  const sent = countedCancellations('placed', () => answer(orderOf({ status: 'cancelled' })));
  renderPage(<OrderPage />, AT);
  await userEvent.click(await screen.findByRole('button', { name: 'Cancel order' }));
  // A browser sends it to the button that is now below the pointer.
  for (const name of ['Keep it', 'Yes, cancel it'])
    fireEvent.click(screen.getByRole('button', { name }), { detail: 2 });
  expect(screen.getByText('Cancel this order?')).toBeTruthy();
  expect(sent).toEqual([]);
});

it('held Enter key does not cancel, and the focus follows the question', async () => {
  const sent = countedCancellations('placed', () => answer(orderOf({ status: 'cancelled' })));
  renderPage(<OrderPage />, AT);
  (await screen.findByRole('button', { name: 'Cancel order' })).focus();
  await userEvent.keyboard('{Enter>5/}');
  expect(document.activeElement).toBe(screen.getByText('Cancel this order?'));
  await userEvent.click(screen.getByRole('button', { name: 'Keep it' }));
  expect(document.activeElement).toBe(screen.getByRole('button', { name: 'Cancel order' }));
  expect(sent).toEqual([]);
});

it('running request takes no second decision', async () => {
  let finish: (response: Response) => void = () => undefined;
  const running = new Promise<Response>((resolve) => {
    finish = resolve;
  });
  const sent = countedCancellations('held', () => running);
  renderPage(<OrderPage />, AT);
  await userEvent.click(await screen.findByRole('button', { name: 'Cancel order' }));
  const keep = screen.getByRole('button', { name: 'Keep the order' });
  expect(keep.getAttribute('aria-disabled')).toBe('true');
  await userEvent.click(keep); // a confirmation would be an unhandled request
  await userEvent.click(screen.getByRole('button', { name: 'Cancel order' }));
  finish(problem(503, 'unavailable'));
  expect(await screen.findByRole('alert')).toBeTruthy();
  expect(keep.getAttribute('aria-disabled')).toBe('false');
  expect(sent).toEqual(['PUT']);
});

it('order that was cancelled meanwhile cannot be kept', async () => {
  let status: 'held' | 'cancelled' = 'held';
  server.use(
    http.get(PATH, () => answer(orderOf({ status }))),
    http.put(`${PATH}/confirmation`, () => {
      status = 'cancelled';
      return problem(409, 'already-cancelled');
    }),
  );
  renderPage(<OrderPage />, AT);
  await userEvent.click(await screen.findByRole('button', { name: 'Keep the order' }));
  expect((await screen.findByRole('alert')).textContent).toMatch(/cancelled already/);
});

it('kept order no longer shows that its cancellation failed', async () => {
  let status: 'held' | 'placed' = 'held';
  server.use(
    http.get(PATH, () => answer(orderOf({ status }))),
    http.put(`${PATH}/cancellation`, () => problem(503, 'unavailable')),
    http.put(`${PATH}/confirmation`, () => {
      status = 'placed';
      return answer(orderOf({ status }));
    }),
  );
  renderPage(<OrderPage />, AT);
  await userEvent.click(await screen.findByRole('button', { name: 'Cancel order' }));
  expect(await screen.findByRole('alert')).toBeTruthy();
  await userEvent.click(screen.getByRole('button', { name: 'Keep the order' }));
  expect(await screen.findByText(/You can cancel this order until/)).toBeTruthy();
  expect(screen.queryByRole('alert')).toBeNull();
});

const OTHER_ID = '00000000-8f0e-5c0c-9c4e-2f4ad1f1b9d1';

/** Opens a held order and follows its link to the other one, which is answered by `reply`. */
async function openOther(reply: () => Response | Promise<Response>) {
  server.use(
    http.get(PATH, () => answer(orderOf({ status: 'held', overlaps: [OTHER_ID] }))),
    http.get(`${API}/orders/${OTHER_ID}`, reply),
  );
  renderPage(<OrderPage />, AT);
  await userEvent.click(await screen.findByRole('link', { name: '00000000' }));
  expect(await screen.findByRole('heading', { name: 'Order 00000000' })).toBeTruthy();
}

it('link to another order removes the first one before the other is loaded', async () => {
  let load: () => void = () => undefined;
  const loaded = new Promise<void>((resolve) => {
    load = resolve;
  });
  await openOther(async () => {
    await loaded;
    return answer(orderOf({ orderId: OTHER_ID }));
  });
  expect(screen.queryByText('7F0D3A52')).toBeNull();
  expect(screen.queryByRole('button', { name: 'Cancel order' })).toBeNull();
  load();
  expect(await screen.findByRole('button', { name: 'Cancel order' })).toBeTruthy();
});

it('link to an order that cannot be loaded removes the first one', async () => {
  await openOther(() => problem(503, 'unavailable'));
  expect(await screen.findByRole('alert')).toBeTruthy();
  expect(screen.queryByText('7F0D3A52')).toBeNull();
  expect(screen.queryByRole('button', { name: 'Cancel order' })).toBeNull();
});

it('question about an order does not stay for another one', async () => {
  server.use(
    http.get(PATH, () => answer(orderOf())),
    http.get(`${API}/orders/${OTHER_ID}`, () => answer(orderOf({ orderId: OTHER_ID }))),
  );
  const page = (
    <>
      <OrderPage />
      <Link to={`/orders/${OTHER_ID}`}>other</Link>
    </>
  );
  const { store } = renderPage(page, AT);
  await store.dispatch(shop.endpoints.getOrder.initiate({ orderId: OTHER_ID })); // so that it is shown at once
  await userEvent.click(await screen.findByRole('button', { name: 'Cancel order' }));
  await userEvent.click(screen.getByRole('link', { name: 'other' }));
  expect(await screen.findByText(/You can cancel this order until/)).toBeTruthy();
  expect(screen.queryByText('Cancel this order?')).toBeNull();
});
