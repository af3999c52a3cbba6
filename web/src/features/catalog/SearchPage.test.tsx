import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http } from 'msw';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { afterEach, expect, it, vi } from 'vitest';
import { renderPage } from '../../../test/render';
import { API, answer, BOOKS, found, problem, SOLARIS, server } from '../../../test/server';
import SearchPage from './SearchPage';
import { filtersOf, pageNumbers, queryOf } from './searchParams';

const FACETS = {
  category: [{ value: 'Science Fiction', count: 40 }],
  language: [{ value: 'en', count: 30 }],
  price: [
    { from: 0, to: 1000, count: 10 },
    { from: 1000, to: null, count: 30 },
  ],
};

/** Answers each search; returns the queries. */
function searches(result = found(BOOKS, { facets: FACETS, total: 60 })): URLSearchParams[] {
  const queries: URLSearchParams[] = [];
  server.use(
    http.get(`${API}/search`, ({ request }) => {
      queries.push(new URL(request.url).searchParams);
      return answer(result);
    }),
  );
  return queries;
}

const open = (query: string) => renderPage(<SearchPage />, { at: `/search${query}`, path: '/search' });
const last = (queries: URLSearchParams[]) => Object.fromEntries(queries.at(-1) ?? []);

afterEach(() => vi.useRealTimers());

/** Leaves the page and returns to it. */
function Visits() {
  const [isHere, setIsHere] = useState(true);
  return (
    <>
      <button type="button" onClick={() => setIsHere(!isHere)}>
        {isHere ? 'leave' : 'return'}
      </button>
      {isHere && <SearchPage />}
    </>
  );
}

it('list is there at once after minutes on another page, and is read again', async () => {
  const queries = searches();
  renderPage(<Visits />, { at: '/search?q=lem', path: '/search' });
  await screen.findByRole('link', { name: 'Solaris' });
  vi.useFakeTimers();
  fireEvent.click(screen.getByRole('button', { name: 'leave' }));
  await vi.advanceTimersByTimeAsync(600_000);
  fireEvent.click(screen.getByRole('button', { name: 'return' }));
  expect(screen.getByRole('link', { name: 'Solaris' })).toBeTruthy();
  vi.useRealTimers();
  await waitFor(() => expect(queries).toHaveLength(2));
});

it('results have a count, page numbers and links to books', async () => {
  const queries = searches();
  open('?q=lem&page=2');
  expect((await screen.findByRole('link', { name: 'Solaris' })).getAttribute('href')).toBe('/books/solaris');
  expect(last(queries)).toEqual({ q: 'lem', page: '2', limit: '24' });
  expect(screen.getByText('60 books')).toBeTruthy();
  const pages = within(screen.getByRole('navigation', { name: 'Pages' }));
  expect(pages.getByRole('link', { name: 'Page 2' }).getAttribute('aria-current')).toBe('page');
  expect(pages.getByRole('link', { name: 'Page 3' }).getAttribute('href')).toBe('/search?q=lem&page=3');
});

it('facets and sort change the address and keep the text', async () => {
  const queries = searches();
  open('?q=lem&page=2');
  await userEvent.click(await screen.findByText('Filter'));
  await userEvent.click(screen.getByRole('link', { name: /^Science Fiction/ }));
  expect(last(queries)).toEqual({ q: 'lem', category: 'Science Fiction', limit: '24' });
  await userEvent.click(screen.getByRole('link', { name: /^under €10.00/ }));
  expect(last(queries)).toMatchObject({ category: 'Science Fiction', maxPrice: '999' });
  await userEvent.selectOptions(await screen.findByLabelText('Sort by'), 'newest');
  expect(last(queries)).toMatchObject({ category: 'Science Fiction', maxPrice: '999', sort: 'newest' });
  await userEvent.click(await screen.findByRole('link', { name: 'Remove filter Science Fiction' }));
  expect(last(queries)).not.toHaveProperty('category');
});

it('sort and facets keep the focus and the open filters', async () => {
  const queries = searches();
  open('?q=lem&page=2');
  const scroll = vi.spyOn(window, 'scrollTo');
  const filters = (await screen.findByText('Filter')).closest('details') as HTMLDetailsElement;
  await userEvent.click(screen.getByText('Filter'));
  await userEvent.click(screen.getByRole('link', { name: /^Science Fiction/ }));
  await waitFor(() => expect(last(queries)).toHaveProperty('category'));
  expect(document.activeElement?.textContent).toContain('Science Fiction');
  expect(filters.isConnected && filters.open).toBe(true);
  const sort = screen.getByLabelText('Sort by');
  sort.focus();
  await userEvent.selectOptions(sort, 'newest');
  await waitFor(() => expect(last(queries)).toMatchObject({ sort: 'newest' }));
  expect(document.activeElement).toBe(sort);
  expect(scroll).not.toHaveBeenCalled();
});

it('sort adds nothing to the history', async () => {
  searches();
  function Back() {
    const navigate = useNavigate();
    return (
      <button type="button" onClick={() => navigate(-1)}>
        back
      </button>
    );
  }
  const pages = (
    <>
      <SearchPage />
      <Back />
    </>
  );
  renderPage(pages, { at: '/search?q=lem', path: '/search' });
  await userEvent.click(await screen.findByText('Filter'));
  await userEvent.click(screen.getByRole('link', { name: /^Science Fiction/ }));
  await screen.findByRole('link', { name: 'Remove filter Science Fiction' });
  for (const sort of ['rating', 'newest']) {
    await userEvent.selectOptions(await screen.findByLabelText('Sort by'), sort);
    await waitFor(() => expect(screen.getByLabelText<HTMLSelectElement>('Sort by').value).toBe(sort));
  }
  await userEvent.click(screen.getByRole('button', { name: 'back' }));
  await screen.findByRole('link', { name: 'Solaris' });
  expect(screen.queryByRole('link', { name: 'Remove filter Science Fiction' })).toBeNull();
});

it('chosen years keep the focus and are shown, also after they are cleared', async () => {
  const queries = searches();
  open('?q=lem');
  await userEvent.click(await screen.findByText('Filter'));
  const from = screen.getByLabelText<HTMLInputElement>('from year');
  await userEvent.type(from, '1961{Enter}');
  await waitFor(() => expect(last(queries)).toHaveProperty('publishedFrom', '1961'));
  expect(document.activeElement).toBe(from);
  expect(from.value).toBe('1961');
  await userEvent.click(screen.getByRole('link', { name: /Remove filter 1961/ }));
  await waitFor(() => expect(from.value).toBe(''));
});

it('page number shows the beginning of the list', async () => {
  const queries = searches();
  open('?q=lem');
  const scroll = vi.spyOn(window, 'scrollTo');
  await userEvent.click(await screen.findByRole('link', { name: 'Page 3' }));
  expect(last(queries)).toMatchObject({ page: '3' });
  expect(document.activeElement?.tagName).toBe('H1');
  expect(scroll).toHaveBeenCalledWith(0, 0);
});

it('last page is the last one that the API serves', async () => {
  const queries = searches(found(BOOKS, { total: 100_000 }));
  open('?page=417');
  const pages = within(await screen.findByRole('navigation', { name: 'Pages' }));
  expect(pages.getByRole('link', { name: 'Page 417' }).getAttribute('aria-current')).toBe('page');
  expect(pages.queryByRole('link', { name: 'Next page' })).toBeNull();
  expect(last(queries)).toMatchObject({ page: '417' });
});

it('failed search does not show the books of the previous one', async () => {
  searches();
  open('?q=lem');
  const sort = await screen.findByLabelText('Sort by');
  server.use(http.get(`${API}/search`, () => problem(500, 'internal')));
  await userEvent.selectOptions(sort, 'newest');
  expect(await screen.findByRole('alert')).toBeTruthy();
  expect(screen.queryByRole('link', { name: 'Solaris' })).toBeNull();
});

it('corrected text is reported', async () => {
  searches(found([SOLARIS], { didYouMean: 'stanislaw' }));
  open('?q=stanslaw');
  expect(await screen.findByText(/Nothing found for “stanslaw”/)).toBeTruthy();
  expect(screen.getByRole('link', { name: 'stanislaw' }).getAttribute('href')).toBe('/search?q=stanislaw');
});

it('empty result offers a search without filters', async () => {
  searches(found([]));
  open('?q=lem&language=de');
  expect(await screen.findByText('No books found')).toBeTruthy();
  expect(screen.getByRole('link', { name: 'Search without filters' }).getAttribute('href')).toBe(
    '/search?q=lem',
  );
});

it('empty result of an author offers all books', async () => {
  searches(found([]));
  open('?author=Lem');
  expect(await screen.findByText('No books found')).toBeTruthy();
  expect(screen.getByRole('link', { name: 'Search without filters' }).getAttribute('href')).toBe('/search');
});

it('page behind the last leads to the first one of the same search', async () => {
  searches(found([], { total: 60 }));
  open('?q=lem&language=de&page=9');
  expect(await screen.findByText('This page of the list does not exist')).toBeTruthy();
  expect(screen.getByRole('link', { name: 'First page' }).getAttribute('href')).toBe(
    '/search?q=lem&language=de',
  );
  expect(screen.queryByText('No books found')).toBeNull();
});

it('values that the API refuses are not sent', () => {
  const filters = filtersOf(
    new URLSearchParams('q= &minPrice=-4&maxPrice=1e9&page=x&sort=worst&publishedFrom=-800'),
  );
  expect(filters).toEqual({ publishedFrom: -800 });
  expect(filtersOf(new URLSearchParams('page=418'))).toEqual({});
  expect(queryOf({ q: 'a b', page: 3 }, { language: 'de' })).toBe('?q=a+b&language=de');
});

it('page numbers have gaps', () => {
  expect(pageNumbers(1, 1)).toEqual([1]);
  expect(pageNumbers(5, 9)).toEqual([1, null, 4, 5, 6, null, 9]);
  expect(pageNumbers(2, 3)).toEqual([1, 2, 3]);
});
