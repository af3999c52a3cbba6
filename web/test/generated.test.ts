// @vitest-environment node
import { readFileSync } from 'node:fs';
import { generateEndpoints } from '@rtk-query/codegen-openapi';
import { expect, it } from 'vitest';
import options from '../api-codegen.json';

it('has the client that the contract gives: run `npm run api` when this fails', async () => {
  const { outputFile, ...rest } = options;
  const generated = await generateEndpoints({ ...rest, apiFile: './base.ts' });
  expect(generated).toBe(readFileSync(outputFile, 'utf8'));
});

it('locks versions and no addresses to download them from', () => {
  expect(readFileSync('package-lock.json', 'utf8')).not.toContain('"resolved"');
});
