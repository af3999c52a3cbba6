// @vitest-environment node
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = path.resolve('src');
const MAX_LINES = 350;

const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.tsx?$/.test(name) && !name.includes('.test.'))
  .map((name) => path.join(ROOT, name));

/** Relative imports of a file, dynamic ones included. */
function importsOf(file: string): string[] {
  const found = readFileSync(file, 'utf8').matchAll(/(?:from|import\()\s*['"](\.[^'"]+)['"]/g);
  return [...found].map(([, target = '']) => path.resolve(path.dirname(file), target));
}

/** Folder of src, or feature, that a file belongs to. */
function partOf(file: string): string {
  const [folder = '', feature = ''] = path.relative(ROOT, file).split(path.sep);
  return folder === 'features' ? `features/${feature}` : folder;
}

/** Parts that a part may import besides itself. */
function allowed(part: string): RegExp {
  if (part === 'app' || part.endsWith('.tsx')) return /./;
  if (part.startsWith('features/')) return /^(components|lib|api|config\.ts)$/;
  if (part === 'components') return /^(lib|api)$/;
  return /^(lib|api|config\.ts|locales)$/;
}

function withExtension(target: string): string | undefined {
  return [target, `${target}.ts`, `${target}.tsx`].find((name) => sources.includes(name));
}

/** Static and dynamic imports that lead from a file back to itself; the first circle found, or null. */
function circleFrom(start: string): string[] | null {
  const visited = new Set<string>();
  const walk = (file: string, trail: string[]): string[] | null => {
    for (const target of importsOf(file).map(withExtension)) {
      if (target === start) return [...trail, target];
      if (target === undefined || visited.has(target)) continue;
      visited.add(target);
      const circle = walk(target, [...trail, target]);
      if (circle) return circle;
    }
    return null;
  };
  return walk(start, [start]);
}

describe('source files', () => {
  it('are found', () => expect(sources.length).toBeGreaterThan(50));

  // tsconfig's `lib` keeps out newer JavaScript; TypeScript has no such list of the browsers' own functions.
  it('use no function that the oldest browsers lack', () => {
    const newer =
      /URL\.(canParse|parse)\(|AbortSignal\.any\(|checkVisibility\(|startViewTransition\(|scheduler\.|requestIdleCallback\(|structuredClone\(.*transfer|popover|\.locks\.query\(/;
    expect(sources.filter((file) => newer.test(readFileSync(file, 'utf8')))).toEqual([]);
  });

  it('import only parts below their own, and no other feature', () => {
    const wrong: string[] = [];
    for (const file of sources) {
      const part = partOf(file);
      for (const target of importsOf(file)) {
        const other = partOf(target).replace(/^config$/, 'config.ts');
        if (other !== part && !allowed(part).test(other)) wrong.push(`${file} imports ${target}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('form no import circle', () => {
    expect(sources.map(circleFrom).filter((circle) => circle !== null)).toEqual([]);
  });

  it(`have at most ${MAX_LINES} lines`, () => {
    const written = sources.filter((file) => !file.endsWith('generated.ts'));
    const long = written.filter((file) => readFileSync(file, 'utf8').split('\n').length > MAX_LINES);
    expect(long).toEqual([]);
  });
});
