import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { HttpResponse, http } from 'msw';
import { expect, it } from 'vitest';
import { renderPage } from '../../../test/render';
import { API, answer, BOOKS, found, problem, SOLARIS, server, UBIK } from '../../../test/server';
import { shop, useListBestsellersQuery } from '../../api/endpoints';
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

it('unknown category is not titled by its address', async () => {
  server.use(http.get(`${API}/search`, () => answer(found([]))));
  renderPage(<CategoryPage />, { at: '/category/Nope', path: '/category/:name' });
  expect(await screen.findByRole('heading', { level: 1, name: 'We don’t have that category' })).toBeTruthy();
  expect(document.title).not.toContain('Nope');
});

it('category page behind the last leads to the first page', async () => {
  server.use(http.get(`${API}/search`, () => answer({ ...found([]), total: 2 })));
  renderPage(<CategoryPage />, { at: '/category/Science%20Fiction?page=9', path: '/category/:name' });
  expect((await screen.findByRole('link', { name: 'First page' })).getAttribute('href')).toBe(
    '/category/Science%20Fiction',
  );
});

it('category page without books of its filters names and clears them', async () => {
  server.use(http.get(`${API}/search`, () => answer(found([]))));
  renderPage(<CategoryPage />, { at: '/category/Science%20Fiction?language=de', path: '/category/:name' });
  expect(await screen.findByText('No books found')).toBeTruthy();
  expect(screen.getByRole('link', { name: 'Remove filter German' })).toBeTruthy();
  expect(screen.getByRole('link', { name: 'Search without filters' }).getAttribute('href')).toBe(
    '/category/Science%20Fiction',
  );
  expect(screen.queryByText('This page of the list does not exist')).toBeNull();
});

it('category page works while no region can search', async () => {
  server.use(http.get(`${API}/search`, () => problem(503, 'unavailable')));
  renderPage(<CategoryPage />, { at: '/category/Science%20Fiction', path: '/category/:name' });
  expect(await screen.findByRole('link', { name: 'Solaris' })).toBeTruthy();
});

it('many authors are folded, and each is a link', async () => {
  const author = Array.from({ length: 44 }, (_, n) => `Author ${n}`).join(', ');
  server.use(http.get(`${API}/books/solaris`, () => answer({ ...SOLARIS, author })));
  renderPage(bookPage, { at: '/books/solaris', path: '/books/:bookId' });
  const first = await screen.findByRole('link', { name: 'Author 0' });
  expect(first.getAttribute('href')).toBe('/search?author=Author%200');
  expect(screen.queryByRole('link', { name: 'Author 40' })).toBeNull();
  await userEvent.click(screen.getByRole('button', { name: 'and 41 more' }));
  expect(screen.getByRole('link', { name: 'Author 43' })).toBeTruthy();
});

it('author’s name keeps its suffix', async () => {
  const author = 'Kurt Vonnegut, Jr., Stanisław Lem';
  server.use(http.get(`${API}/books/solaris`, () => answer({ ...SOLARIS, author })));
  renderPage(bookPage, { at: '/books/solaris', path: '/books/:bookId' });
  const link = await screen.findByRole('link', { name: 'Kurt Vonnegut, Jr.' });
  expect(link.getAttribute('href')).toBe('/search?author=Kurt%20Vonnegut%2C%20Jr.');
  expect(screen.getByRole('link', { name: 'Stanisław Lem' })).toBeTruthy();
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

/** Shows when a read of the shelf's best sellers has failed. */
function ReadFailed() {
  return useListBestsellersQuery({ limit: 6 }).isError ? <p>read failed</p> : null;
}

it('shelf keeps its best sellers and its heading when they cannot be read again', async () => {
  const items = [{ rank: 1, sold: 9, book: UBIK }];
  server.use(
    http.get(`${API}/bestsellers`, () => answer({ items, asOf: '2026-01-31T08:15:30Z', stale: false }), {
      once: true,
    }),
    http.get(`${API}/bestsellers`, () => problem(429, 'too-many-requests')),
  );
  const { store } = renderPage(
    <>
      <BestsellerShelf />
      <ReadFailed />
    </>,
  );
  expect(await screen.findByText('9 sold')).toBeTruthy();
  const again = { forceRefetch: true, subscribe: false };
  store.dispatch(shop.endpoints.listBestsellers.initiate({ limit: 6 }, again));
  expect(await screen.findByText('read failed')).toBeTruthy();
  expect(screen.getByRole('heading', { name: 'Best sellers' })).toBeTruthy();
});

it('shelf without sales shows the best rated', async () => {
  server.use(
    http.get(`${API}/bestsellers`, () => answer({ items: [], asOf: '2026-01-31T08:15:30Z', stale: false })),
  );
  renderPage(<BestsellerShelf />);
  expect(await screen.findByRole('heading', { name: 'Rated best' })).toBeTruthy();
  expect(await screen.findByRole('link', { name: 'Solaris' })).toBeTruthy();
});

it('book page lists books that were bought together', async () => {
  const items = [{ book: UBIK, boughtTogether: 3 }];
  server.use(
    http.get(`${API}/books/solaris/related`, () =>
      answer({ items, asOf: '2026-01-31T08:15:30Z', stale: false }),
    ),
  );
  renderPage(bookPage, { at: '/books/solaris', path: '/books/:bookId' });
  const shelf = await screen.findByRole('region', { name: 'Bought together with this book' });
  expect(within(shelf).getByRole('link', { name: 'Ubik' })).toBeTruthy();
});

it('book page without counts has no shelf of them', async () => {
  renderPage(bookPage, { at: '/books/solaris', path: '/books/:bookId' });
  expect(await screen.findByRole('heading', { level: 1, name: 'Solaris' })).toBeTruthy();
  expect(screen.queryByRole('region', { name: 'Bought together with this book' })).toBeNull();
});
