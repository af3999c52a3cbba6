import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { Link, Route, Routes } from 'react-router';
import { afterEach, expect, it, vi } from 'vitest';
import { renderPage } from '../../test/render';

const tags = () => document.head.querySelectorAll('link, meta');
const TAGS = '<link rel="canonical" href="/1"><meta name="robots" content="noindex"><meta property="og:url">';

afterEach(() => {
  document.head.innerHTML = '';
});

it('second page removes the address of the first', async () => {
  document.head.innerHTML = TAGS;
  vi.resetModules();
  const { Page } = await import('./Page');
  renderPage(
    <Routes>
      <Route
        path="/"
        element={
          <Page key="1" title="One">
            <Link to="/two">two</Link>
          </Page>
        }
      />
      <Route
        path="/two"
        element={
          <Page key="2" title="Two">
            text
          </Page>
        }
      />
    </Routes>,
  );
  expect(tags()).toHaveLength(3);
  await userEvent.click(screen.getByRole('link', { name: 'two' }));
  expect(tags()).toHaveLength(0);
});
