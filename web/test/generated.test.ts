// @vitest-environment node
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { generateApi } from '../generateApi.mjs';
import { OPERATIONS } from '../src/api/operations';

it('generated files match the contract: run `npm run api` when this fails', async () => {
  for (const [path, source] of Object.entries(await generateApi()))
    expect(readFileSync(path, 'utf8')).toBe(source);
});

it('secured operations include the cart and orders, not the catalog', () => {
  expect(OPERATIONS.getCart?.secured).toBe(true);
  expect(OPERATIONS.placeOrder?.secured).toBe(true);
  expect(OPERATIONS.listBooks?.secured).toBe(false);
});

it('lock file names no download addresses', () => {
  expect(readFileSync('package-lock.json', 'utf8')).not.toContain('"resolved"');
});
