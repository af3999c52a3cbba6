// @vitest-environment node
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';

const ROOT = path.resolve('src');

/** Folder of src, or feature, that a file belongs to. */
function partOf(file: string): string {
  const [folder = '', feature = ''] = path.relative(ROOT, file).split(path.sep);
  return folder === 'features' ? `features/${feature}` : folder;
}

/** What a part may import besides itself; a feature never another one, shared parts nothing that is built on them. */
function allowed(part: string): RegExp {
  if (part === 'app' || part.endsWith('.tsx')) return /./;
  if (part.startsWith('features/')) return /^(components|lib|api|config\.ts)$/;
  if (part === 'components') return /^(lib|api)$/;
  return /^(lib|api|config\.ts|locales)$/;
}

const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.tsx?$/.test(name) && !name.includes('.test.'))
  .map((name) => path.join('src', name));

it('keeps features apart and shared parts below them', () => {
  expect(sources.length).toBeGreaterThan(50);
  const wrong: string[] = [];
  for (const file of sources) {
    const part = partOf(path.resolve(file));
    for (const [, target = ''] of readFileSync(file, 'utf8').matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)) {
      const other = partOf(path.resolve(path.dirname(file), target)).replace(/^config$/, 'config.ts');
      if (other !== part && !allowed(part).test(other)) wrong.push(`${file} imports ${target}`);
    }
  }
  expect(wrong).toEqual([]);
});
