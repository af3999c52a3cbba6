import { HttpResponse, http, type JsonBodyType } from 'msw';
import { setupServer } from 'msw/node';
import type { Book, Cart, Order, SearchResult } from '../src/api/generated';

export const API = 'https://api.shop.test/v1';
export const REGION = 'eu-west-1';

export const BOOKS: Book[] = [
  ['solaris', 'Solaris', 'Stanisław Lem', 1290],
  ['ubik', 'Ubik', 'Philip K. Dick', 990],
].map(([id, title, author, price]) => ({
  id: String(id),
  title: String(title),
  author: String(author),
  category: 'Science Fiction',
  description: 'An ocean that thinks.',
  price: Number(price),
  currency: 'EUR',
  rating: 4.4,
  ratingsCount: 120,
  publishedYear: 1961,
  language: 'en',
  cover: null,
  stock: null,
}));

export const [SOLARIS, UBIK] = BOOKS as [Book, Book];
export const CHECKOUT_KEY = '3b241101-e2bb-4255-8caf-4136c566a962';

export function cartOf(lines: [Book, number][]): Cart {
  const items = lines.map(([book, quantity]) => ({
    bookId: book.id,
    quantity,
    unitPrice: book.price,
    lineTotal: book.price * quantity,
    version: `${book.id}/1`,
    book,
  }));
  const total = items.reduce((sum, line) => sum + line.lineTotal, 0);
  return { items, total, currency: 'EUR', checkoutKey: CHECKOUT_KEY };
}

export function orderOf(more: Partial<Order> = {}): Order {
  return {
    orderId: '7f0d3a52-8f0e-5c0c-9c4e-2f4ad1f1b9d1',
    items: [{ bookId: 'solaris', title: 'Solaris', quantity: 2, unitPrice: 1290, lineTotal: 2580 }],
    total: 2580,
    currency: 'EUR',
    createdAt: '2026-01-31T08:15:30.123Z',
    region: 'ap-southeast-1',
    status: 'placed',
    overlaps: [],
    cancellableUntil: '2026-01-31T08:45:30.123Z',
    ...more,
  };
}

export function answer(body: JsonBodyType, status = 200) {
  return HttpResponse.json(body, { status, headers: { 'x-region': REGION } });
}

export function problem(status: number, name: string, more: object = {}) {
  const body = { type: `urn:bookstore:problem:${name}`, title: name, status, ...more };
  return HttpResponse.json(body, {
    status,
    headers: { 'Content-Type': 'application/problem+json', 'x-region': REGION },
  });
}

export function found(items: Book[], more: Partial<SearchResult> = {}): SearchResult {
  return {
    items,
    total: items.length,
    facets: { category: [], language: [], price: [] },
    nextCursor: null,
    didYouMean: null,
    asOf: '2026-01-31T08:15:30Z',
    ...more,
  };
}

export const server = setupServer(
  http.get(`${API}/books/:id`, ({ params }) => {
    const book = BOOKS.find(({ id }) => id === params.id);
    return book ? answer(book) : problem(404, 'not-found');
  }),
  http.get(`${API}/books/:id/related`, () =>
    answer({ items: [], asOf: '2026-01-31T08:15:30Z', stale: false }),
  ),
  http.get(`${API}/books`, () => answer({ items: BOOKS, nextCursor: null })),
  http.get(`${API}/categories`, () => answer({ items: [{ name: 'Science Fiction', count: 2 }] })),
);
