import { screen } from '@testing-library/react';
import { expect, it } from 'vitest';
import { renderPage } from '../../test/render';
import { Problem } from './Problem';

it.each([
  [403, 'Too many requests'],
  [429, 'Too many requests'],
  [400, 'The shop did not understand that'],
  [500, 'Something went wrong on our side'],
  [503, 'We can’t reach the shop'],
])('describes status %i', async (status, title) => {
  renderPage(<Problem error={{ status }} />);
  expect(await screen.findByText(title)).toBeTruthy();
});
