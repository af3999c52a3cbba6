import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http } from 'msw';
import { expect, it } from 'vitest';
import { renderPage } from '../../../test/render';
import { API, answer, problem, server } from '../../../test/server';
import OrderPage from './OrderPage';
import OrdersPage from './OrdersPage';

const ORDER = {
  orderId: '7f0d3a52-8f0e-5c0c-9c4e-2f4ad1f1b9d1',
  items: [{ bookId: 'solaris', title: 'Solaris', quantity: 2, unitPrice: 1290, lineTotal: 2580 }],
  total: 2580,
  currency: 'EUR',
  createdAt: '2026-01-31T08:15:30.123Z',
  region: 'ap-southeast-1',
};

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
  expect(await screen.findByRole('link', { name: 'December 1, 2025' })).toBeTruthy();
  expect(screen.getByRole('link', { name: 'January 31, 2026' })).toBeTruthy();
  expect(screen.queryByRole('button', { name: 'Show older orders' })).toBeNull();
});

it('orders without any link to the home page', async () => {
  server.use(http.get(`${API}/orders`, () => answer({ items: [], nextCursor: null })));
  renderPage(<OrdersPage />, { as: 'shopper' });
  expect(await screen.findByText('No orders yet')).toBeTruthy();
});
