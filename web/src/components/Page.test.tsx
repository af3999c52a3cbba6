import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { Link, Route, Routes } from 'react-router';
import { expect, it } from 'vitest';
import { renderPage } from '../../test/render';
import { Page } from './Page';

const TAGS = '<link rel="canonical" href="/1"><meta name="robots" content="noindex"><meta property="og:url">';

it('second page removes the address of the first', async () => {
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
  document.head.insertAdjacentHTML('beforeend', TAGS);
  await userEvent.click(screen.getByRole('link', { name: 'two' }));
  expect(document.head.querySelectorAll('link, meta')).toHaveLength(0);
});
