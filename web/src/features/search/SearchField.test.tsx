import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http } from 'msw';
import { Route, Routes, useLocation } from 'react-router';
import { expect, it } from 'vitest';
import { renderPage } from '../../../test/render';
import { API, answer, server } from '../../../test/server';
import { rememberSearch } from './recent';
import { SearchField } from './SearchField';

function Place() {
  const { pathname, search } = useLocation();
  return <p data-testid="place">{pathname + search}</p>;
}

function open() {
  server.use(
    http.get(`${API}/suggestions`, ({ request }) =>
      answer({
        items:
          new URL(request.url).searchParams.get('q') === 'so'
            ? [
                { text: 'Solaris', kind: 'title', bookId: 'solaris' },
                { text: 'Zadie Smith', kind: 'author' },
              ]
            : [],
      }),
    ),
  );
  renderPage(
    <>
      <SearchField />
      <Routes>
        <Route path="*" element={<Place />} />
      </Routes>
    </>,
  );
  return screen.getByRole<HTMLInputElement>('searchbox');
}

const place = () => screen.getByTestId('place').textContent;

it('arrow keys and Enter open a suggestion', async () => {
  const field = open();
  await userEvent.type(field, 'so');
  await screen.findByRole('option', { name: /Solaris/ });
  expect(field.getAttribute('aria-expanded')).toBe('true');
  await userEvent.keyboard('{ArrowDown}{ArrowDown}');
  const active = document.getElementById(field.getAttribute('aria-activedescendant') ?? '');
  expect(active?.textContent).toContain('Zadie Smith');
  await userEvent.keyboard('{Enter}');
  expect(place()).toBe('/search?author=Zadie%20Smith');
  await waitFor(() => expect(screen.queryByRole('option')).toBeNull());
});

it('Escape closes the suggestions and keeps the text', async () => {
  const field = open();
  await userEvent.type(field, 'so');
  await screen.findByRole('option', { name: /Solaris/ });
  await userEvent.keyboard('{Escape}');
  expect(screen.queryByRole('option')).toBeNull();
  expect(field.value).toBe('so');
  await userEvent.keyboard('{ArrowDown}');
  expect(await screen.findByRole('option', { name: /Solaris/ })).toBeTruthy();
});

it('Enter without a choice searches, and the text is remembered', async () => {
  const field = open();
  await userEvent.type(field, 'quiet & loud{Enter}');
  expect(place()).toBe('/search?q=quiet%20%26%20loud');
  await waitFor(() => expect(localStorage.getItem('bookstore.searches')).toContain('quiet & loud'));
});

it('empty field offers recent searches', async () => {
  rememberSearch('lem');
  const field = open();
  await userEvent.click(field);
  await userEvent.click(await screen.findByRole('option', { name: /lem/ }));
  expect(place()).toBe('/search?q=lem');
});
