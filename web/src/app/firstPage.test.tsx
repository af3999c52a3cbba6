import { act, render } from '@testing-library/react';
import { http } from 'msw';
import { Provider } from 'react-redux';
import { BrowserRouter } from 'react-router';
import { afterEach, expect, it, vi } from 'vitest';
import { API, answer, BOOKS, found, SOLARIS, server } from '../../test/server';
import type { Config } from '../config';

const CONFIG: Config = {
  api: API,
  regions: [],
  cognito: { region: 'eu-west-1', userPoolId: 'pool', userPoolClientId: 'client' },
  blog: null,
};

/** Modules as the browser loads them at an address. */
async function openAt(path: string) {
  window.history.replaceState(null, '', path);
  vi.resetModules();
  const [app, { createStore }, { FailoverClient }] = await Promise.all([
    import('./App'),
    import('./store'),
    import('../lib/failover'),
  ]);
  const client = new FailoverClient({ api: API, regions: [], onAnswer: () => undefined });
  const store = createStore({
    send: (where, init, fits) => client.send(where, init, fits),
    token: async () => null,
  });
  return { ...app, store };
}

afterEach(() => window.history.replaceState(null, '', '/'));

it.each([
  ['/', 3],
  ['/category/Science%20Fiction', 2],
  ['/books/solaris', 2],
])('page at %s has no placeholder for what its HTML preloads', async (path, reads) => {
  const asked: string[] = [];
  server.use(
    http.get(`${API}/*`, ({ request }) => {
      asked.push(request.url);
    }),
    http.get(`${API}/categories`, () => answer({ items: [{ name: 'Science Fiction', count: 2 }] })),
    http.get(`${API}/bestsellers`, () =>
      answer({ items: [{ rank: 1, sold: 3, book: SOLARIS }], asOf: '2026-01-31T08:15:30Z', stale: false }),
    ),
    http.get(`${API}/books`, () => answer({ items: BOOKS, nextCursor: null })),
    http.get(`${API}/books/solaris`, () => answer(SOLARIS)),
    http.get(`${API}/search`, () => answer(found(BOOKS))),
    http.get(`${API}/books/solaris/related`, () =>
      answer({ items: [], asOf: '2026-01-31T08:15:30Z', stale: false }),
    ),
  );
  const { App, prepareFirstPage, store } = await openAt(path);
  await prepareFirstPage(store.dispatch);
  expect(asked).toHaveLength(reads);

  const page = (
    <Provider store={store}>
      <BrowserRouter>
        <App config={CONFIG} />
      </BrowserRouter>
    </Provider>
  );
  let first = '';
  const watcher = new MutationObserver(() => {
    first ||= document.querySelector('main')?.innerHTML ?? '';
  });
  watcher.observe(document.body, { childList: true, subtree: true });
  await act(async () => render(page));
  watcher.disconnect();
  expect(first).toMatch(/<h1/);
  expect(first).not.toMatch(/lines-skeleton|book-stage"><div class="cover skeleton/);
  expect(first).toContain('Solaris');
});
