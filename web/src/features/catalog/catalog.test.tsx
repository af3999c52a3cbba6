import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { HttpResponse, http } from 'msw';
import { expect, it } from 'vitest';
import { renderPage } from '../../../test/render';
import { API, answer, BOOKS, problem, SOLARIS, server, UBIK } from '../../../test/server';
import BestsellersPage from './BestsellersPage';
import BookPage from './BookPage';
import CategoryPage from './CategoryPage';
import { BestsellerShelf } from './Shelf';

const bookPage = <BookPage buy={() => <button type="button">buy</button>} related={() => null} />;

it('book page shows a book', async () => {
  renderPage(bookPage, { at: '/books/solaris', path: '/books/:bookId' });
  expect(await screen.findByRole('heading', { level: 1, name: 'Solaris' })).toBeTruthy();
  expect(screen.getByText('€12.90')).toBeTruthy();
  expect(document.title).toBe('Solaris · Meridian Books');
});

it('book page of an unknown id says so', async () => {
  renderPage(bookPage, { at: '/books/none', path: '/books/:bookId' });
  expect(await screen.findByRole('heading', { level: 1, name: 'We don’t have that book' })).toBeTruthy();
});

it('book page without connection offers to try again', async () => {
  server.use(http.get(`${API}/books/solaris`, () => HttpResponse.error(), { once: true }));
  renderPage(bookPage, { at: '/books/solaris', path: '/books/:bookId' });
  await userEvent.click(await screen.findByRole('button', { name: 'Try again' }));
  expect(await screen.findByRole('heading', { level: 1, name: 'Solaris' })).toBeTruthy();
});

it('category page leads forward and back', async () => {
  server.use(
    http.get(`${API}/books`, ({ request }) => {
      const cursor = new URL(request.url).searchParams.get('cursor');
      return answer(cursor ? { items: [UBIK], nextCursor: null } : { items: [SOLARIS], nextCursor: 'c/1=' });
    }),
  );
  renderPage(<CategoryPage />, { at: '/category/Science%20Fiction', path: '/category/:name' });
  await userEvent.click(await screen.findByRole('link', { name: 'Next page' }));
  expect(await screen.findByRole('link', { name: 'Ubik' })).toBeTruthy();
  expect(screen.queryByRole('link', { name: 'Next page' })).toBeNull();
  await userEvent.click(screen.getByRole('link', { name: /page$/ }));
  expect(await screen.findByRole('link', { name: 'Solaris' })).toBeTruthy();
});

it('unknown category is not titled by its address', async () => {
  server.use(http.get(`${API}/books`, () => answer({ items: [], nextCursor: null })));
  renderPage(<CategoryPage />, { at: '/category/Nope', path: '/category/:name' });
  expect(await screen.findByRole('heading', { level: 1, name: 'We don’t have that category' })).toBeTruthy();
  expect(document.title).not.toContain('Nope');
});

it('category page with a bad cursor leads to the first page', async () => {
  server.use(http.get(`${API}/books`, () => problem(400, 'bad-request')));
  renderPage(<CategoryPage />, { at: '/category/Science%20Fiction?after=zzz', path: '/category/:name' });
  expect((await screen.findByRole('link', { name: 'First page' })).getAttribute('href')).toBe(
    '/category/Science%20Fiction',
  );
});

it('titles have a canonical language tag or none', async () => {
  server.use(http.get(`${API}/books/solaris`, () => answer({ ...SOLARIS, language: 'eng' })));
  renderPage(bookPage, { at: '/books/solaris', path: '/books/:bookId' });
  expect((await screen.findByRole('heading', { level: 1 })).getAttribute('lang')).toBe('en');
  expect(screen.getByText(SOLARIS.description).getAttribute('lang')).toBe('en');
});

it('best sellers are ranked; an old count says so', async () => {
  const items = BOOKS.map((book, index) => ({ rank: index + 1, sold: 9 - index, book }));
  server.use(
    http.get(`${API}/bestsellers`, () => answer({ items, asOf: '2026-01-31T08:15:30.123Z', stale: true })),
  );
  renderPage(<BestsellersPage />);
  expect(await screen.findByText('9 sold')).toBeTruthy();
  expect(screen.getByText(/catching up/)).toBeTruthy();
});

it('shelf without sales shows the best rated', async () => {
  server.use(
    http.get(`${API}/bestsellers`, () => answer({ items: [], asOf: '2026-01-31T08:15:30Z', stale: false })),
  );
  renderPage(<BestsellerShelf />);
  expect(await screen.findByRole('heading', { name: 'Rated best' })).toBeTruthy();
  expect(await screen.findByRole('link', { name: 'Solaris' })).toBeTruthy();
});
