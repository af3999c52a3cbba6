// @vitest-environment node
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { COUNTRIES } from '../lib/region';

it('flags exist for every country with a region', () => {
  const drawn = readFileSync('src/components/flags.svg', 'utf8').matchAll(/<symbol id="(\w+)"/g);
  expect([...drawn].map(([, country]) => country).sort()).toEqual(
    [...new Set(Object.values(COUNTRIES))].sort(),
  );
});
