import { expect, it } from 'vitest';
import { safePath } from './useNext';

it.each([
  ['/checkout', '/checkout'],
  ['/search?q=a', '/search?q=a'],
  ['/\t/evil.example/', '/'],
  ['/\n/evil.example/', '/'],
  ['//evil.example', '/'],
  ['/.//evil.example', '/'],
  ['/%2e//evil.example', '/'],
  ['/\\evil.example', '/'],
  ['https://evil.example', '/'],
  ['javascript:alert(1)', '/'],
])('next=%j leads to %s', (next, path) => {
  expect(safePath(next)).toBe(path);
});
