import { render } from '@testing-library/react';
import type { ReactNode } from 'react';
import { Provider } from 'react-redux';
import { MemoryRouter, Route, Routes, useLocation } from 'react-router';
import { createStore } from '../src/app/store';
import { FailoverClient } from '../src/lib/failover';
import { regionAnswered } from '../src/lib/region';
import { signedIn, signedOut } from '../src/lib/session';
import { API } from './server';

export const SHOPPER = { id: 'shopper-1', email: 'reader@shop.test' };

interface Options {
  as?: 'guest' | 'shopper';
  /** The address, and the route pattern that matches it. */
  at?: string;
  path?: string;
  /** Instead of a token that is always there. */
  token?: () => Promise<string | null>;
  /** Regions that the mocks of the routed address answer for. */
  regions?: string[];
}

function OtherPage() {
  const { pathname, search } = useLocation();
  return <p data-address={pathname + search}>another page</p>;
}

/** Renders a page with store and router; other addresses render as text. */
export function renderPage(
  page: ReactNode,
  {
    as = 'guest',
    at = '/',
    path = '*',
    regions = [],
    token = async () => (as === 'shopper' ? 'token' : null),
  }: Options = {},
) {
  const client = new FailoverClient({
    api: API,
    // The same address to the mocks, and another one to the client.
    regions: regions.map((name) => ({ name, api: API.replace('/v1', ':443/v1') })),
    onAnswer: (region) => store.dispatch(regionAnswered(region)),
  });
  const store = createStore({
    send: (where, init, fits) => client.send(where, init, fits),
    token,
  });
  store.dispatch(as === 'shopper' ? signedIn(SHOPPER) : signedOut());
  const screen = render(
    <Provider store={store}>
      <MemoryRouter initialEntries={[at]}>
        <Routes>
          <Route path={path} element={page} />
          {path !== '*' && <Route path="*" element={<OtherPage />} />}
        </Routes>
      </MemoryRouter>
    </Provider>,
  );
  return { ...screen, store };
}
