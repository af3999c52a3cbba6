// @vitest-environment node
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { generateApi } from '../generateApi.mjs';
import { SECURED_OPERATIONS } from '../src/api/secured';

it('generated files match the contract: run `npm run api` when this fails', async () => {
  for (const [path, source] of Object.entries(await generateApi()))
    expect(readFileSync(path, 'utf8')).toBe(source);
});

it('secured operations include the cart and orders, not the catalog', () => {
  expect(SECURED_OPERATIONS).toContain('getCart');
  expect(SECURED_OPERATIONS).toContain('placeOrder');
  expect(SECURED_OPERATIONS).not.toContain('listBooks');
});

it('lock file names no download addresses', () => {
  expect(readFileSync('package-lock.json', 'utf8')).not.toContain('"resolved"');
});
