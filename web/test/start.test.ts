import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

const MISSING = '/assets/index-missing.js';
const reload = vi.fn();

/** Runs start.js in the page of the build, with a browser that reports two paints. */
async function open(entry: string) {
  // Only the children of the body: Testing Library keeps this body for all test files.
  const page = new DOMParser().parseFromString(readFileSync('index.html', 'utf8'), 'text/html');
  document.body.replaceChildren(...page.body.children);
  vi.spyOn(document, 'currentScript', 'get').mockReturnValue({ dataset: { entry } } as never);
  vi.resetModules();
  await import('../start.js' as string);
}

const message = () => document.getElementById('not-started') as HTMLElement;

beforeEach(() => {
  reload.mockClear();
  vi.stubGlobal('location', { ...window.location, reload });
  vi.stubGlobal(
    'PerformanceObserver',
    class {
      constructor(readonly report: () => void) {}
      observe() {
        this.report();
        this.report();
      }
    },
  );
});

afterEach(() => {
  vi.unstubAllGlobals();
  document.body.replaceChildren();
});

it('entry that cannot be loaded reloads the page once, then shows a message', async () => {
  await open(MISSING);
  await vi.waitFor(() => expect(reload).toHaveBeenCalledOnce());
  expect(message().hidden).toBe(true);
  await open(MISSING);
  await vi.waitFor(() => expect(message().hidden).toBe(false));
  expect(reload).toHaveBeenCalledOnce();
  const links = [...message().querySelectorAll('a')].map(({ href }) => href);
  expect(links).toEqual(readdirSync('src/locales').map(() => location.href));
});

it('without storage a missing entry shows the message at once', async () => {
  vi.stubGlobal('sessionStorage', undefined);
  await open(MISSING);
  await vi.waitFor(() => expect(message().hidden).toBe(false));
  expect(reload).not.toHaveBeenCalled();
});
