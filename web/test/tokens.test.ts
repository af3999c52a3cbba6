// @vitest-environment node
import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { contrast } from '../src/components/cover/palettes';

const TOKENS = 'src/styles/_tokens.scss';
const PAIRS = [
  ['ink', 'page'],
  ['ink', 'surface'],
  ['ink', 'tint'],
  ['ink', 'danger-surface'],
  ['ink', 'warning-surface'],
  ['ink-2', 'page'],
  ['ink-2', 'surface'],
  ['ink-2', 'tint'],
  ['accent', 'page'],
  ['accent', 'surface'],
  ['accent', 'tint'],
  ['success', 'page'],
  ['success', 'surface'],
  ['danger', 'page'],
  ['on-accent', 'accent-surface'],
  ['on-sun', 'sun'],
  ['on-night', 'night'],
  ['on-night-2', 'night'],
  ['hero-lead', 'accent-surface'],
] as const;

/** `#abc` and `#aabbcc` tokens of the first rule, and of the rule for dark screens. */
function schemes(): Record<'light' | 'dark', Record<string, string>> {
  const [light = '', dark = ''] = readFileSync(TOKENS, 'utf8').split('@media');
  const read = (text: string) =>
    Object.fromEntries(
      [...text.matchAll(/--([\w-]+): #(\w+);/g)].map(([, name, hex = '']) => [
        name,
        `#${hex.length === 3 ? hex.replace(/./g, '$&$&') : hex}`,
      ]),
    );
  return { light: read(light), dark: { ...read(light), ...read(dark) } };
}

it.each(['light', 'dark'] as const)('%s text contrasts by at least 4.5', (scheme) => {
  const tokens = schemes()[scheme];
  const low = PAIRS.filter(([text, ground]) => contrast(tokens[text] ?? '', tokens[ground] ?? '') < 4.5);
  expect(low).toEqual([]);
});

it('style sheets use named colors only', () => {
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.scss$/.test(file) && !/_(tokens|bootstrap)\.scss$/.test(file))
    .map((file) => `src/${file}`);
  expect(files.length).toBeGreaterThan(10);
  const literal = files.filter((file) => /#[0-9a-f]{3,8}\b|rgb\(\d/i.test(readFileSync(file, 'utf8')));
  expect(literal).toEqual([]);
});
