// @vitest-environment node
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { brotliCompressSync, brotliDecompressSync } from 'node:zlib';
import { build, type Rolldown } from 'vite';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { OLDEST_BROWSERS } from '../vite.config';

const KIB = 1024;
const LANGUAGES = readdirSync('src/locales');
const folder = mkdtempSync(path.join(tmpdir(), 'storefront-'));
let files: (Rolldown.OutputChunk | Rolldown.OutputAsset)[];

beforeAll(async () => {
  vi.stubEnv('NODE_ENV', 'production'); // otherwise the build would use React's development version
  const built = await build({ logLevel: 'error', build: { outDir: folder, emptyOutDir: true } });
  files = (built as Rolldown.RolldownOutput).output;
}, 120_000);
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

const chunks = () => files.filter((file) => file.type === 'chunk');

const page = () =>
  String((files.find(({ fileName }) => fileName === 'index.html') as Rolldown.OutputAsset).source);
const startScript = () => files.find(({ fileName }) => /\/start-/.test(fileName)) as Rolldown.OutputAsset;

/** Chunks of the home page: the entry, its static imports, and the first texts of one language. */
function firstLoad(language = 'de'): Rolldown.OutputChunk[] {
  const found = new Map<string, Rolldown.OutputChunk>();
  const add = (chunk: Rolldown.OutputChunk | undefined) => {
    if (!chunk || found.has(chunk.fileName)) return;
    found.set(chunk.fileName, chunk);
    for (const name of chunk.imports) add(chunks().find(({ fileName }) => fileName === name));
  };
  add(chunks().find(({ isEntry }) => isEntry));
  add(chunks().find(({ facadeModuleId }) => facadeModuleId?.endsWith(`locales/${language}/front.json`)));
  return [...found.values()];
}

it.each(LANGUAGES)('home page in %s loads at most 113 KiB of JavaScript', (language) => {
  const sizes = firstLoad(language).map(({ code }) => brotliCompressSync(code).length);
  expect(sizes.length).toBeGreaterThanOrEqual(2);
  // CloudFront does not compress files as small as the script that starts the app.
  sizes.push(Buffer.byteLength(startScript().source));
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(113 * KIB);
});

it('index.html starts the entry and has the texts of its first content', () => {
  const entry = chunks().find(({ isEntry }) => isEntry)?.fileName;
  expect(page()).toContain(`<script defer src="/${startScript().fileName}" data-entry="/${entry}"></script>`);
  expect(page()).not.toContain('<script type="module"');
  const texts = JSON.parse(
    /<script type="application\/json" id="texts">(.*?)<\/script>/.exec(page())?.[1] ?? '',
  );
  expect(Object.keys(texts)).toEqual(LANGUAGES);
  for (const language of Object.values(texts))
    expect(language).toEqual({
      headline: expect.any(String),
      lead: expect.any(String),
      action: expect.any(String),
      bestsellers: expect.any(String),
      categories: expect.any(Object),
      introduction: expect.any(String),
      introductions: expect.any(Object),
    });
});

it('home page loads neither Amplify nor checkout', () => {
  const modules = firstLoad().flatMap(({ moduleIds }) => moduleIds);
  expect(modules.length).toBeGreaterThan(50);
  const early = modules.filter((id) =>
    /aws-amplify|@aws-amplify|features\/(orders|account\/\w*Page)|CartPage/.test(id),
  );
  expect(early).toEqual([]);
});

it("React DOM is in the entry's file and evaluated later", () => {
  const [entry] = firstLoad();
  expect(entry?.moduleIds.filter((id) => id.includes('react-dom-client'))).toHaveLength(1);
  expect(entry?.code).toMatch(/Promise\.resolve\(\)\.then\(\(\)=>[\w$]+\([\w$]+\(\),1\)\)/);
});

it('entry has compressed copies', () => {
  const assets = path.join(folder, 'assets');
  const copies = readdirSync(assets).filter((name) => name.endsWith('.br'));
  expect(copies.map((name) => name.replace(/^index-.{8}/, 'index')).sort()).toEqual([
    'index.css.br',
    'index.js.br',
  ]);
  for (const copy of copies) {
    const original = readFileSync(path.join(assets, copy.replace(/\.br$/, '')));
    expect(brotliDecompressSync(readFileSync(path.join(assets, copy))).equals(original)).toBe(true);
  }
});

it('asset names contain a content hash', () => {
  const named = files.map(({ fileName }) => fileName).filter((name) => name !== 'index.html');
  expect(named.filter((name) => !/^assets\/.+-[\w-]{8}\.\w+$/.test(name))).toEqual([]);
});

it('index.html has no inline script or style', () => {
  expect(page()).not.toMatch(/<style|\sstyle=|\son\w+=|<script(?![^>]*\s(?:src=|type="application\/json"))/);
});

it('placeholders have a color of the scheme', () => {
  const sheet = files.find(({ fileName }) => fileName.endsWith('.css')) as Rolldown.OutputAsset;
  const colors = [...String(sheet.source).matchAll(/::placeholder\{[^}]*color:([^;}]+)/g)].map(
    ([, color]) => color,
  );
  expect(colors).not.toEqual([]);
  expect(colors.filter((color) => !color?.startsWith('var(--'))).toEqual([]);
});

it('README names the oldest browsers', () => {
  const named = /The oldest browsers that the storefront supports are (.*?)\.\n/s.exec(
    readFileSync('../README.md', 'utf8'),
  )?.[1];
  const versions = named?.toLowerCase().replaceAll(' ', '').split(/,|and/).filter(Boolean);
  expect(versions).toEqual(OLDEST_BROWSERS);
});
