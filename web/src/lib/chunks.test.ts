import { beforeEach, expect, it, vi } from 'vitest';
import { loadChunk, OfflineError } from './chunks';

const failing = () => Promise.reject(new TypeError('Failed to fetch dynamically imported module'));
const page = (entry: string) =>
  `<script src="/assets/start-1.js" data-entry="/assets/index-${entry}.js"></script>`;
const reload = vi.fn();

function deployed(entry: string | null) {
  vi.stubGlobal('fetch', async () => {
    if (entry === null) throw new TypeError('Failed to fetch');
    return new Response(page(entry));
  });
}

beforeEach(() => {
  reload.mockClear();
  vi.stubGlobal('location', { ...window.location, reload });
  document.head.innerHTML = page('old');
  return () => {
    vi.unstubAllGlobals();
    document.head.innerHTML = '';
  };
});

it('chunk of an older build reloads the page once', async () => {
  deployed('new');
  void loadChunk(failing);
  await vi.waitFor(() => expect(reload).toHaveBeenCalledOnce());
  await expect(loadChunk(failing)).rejects.toThrow('dynamically imported');
  expect(reload).toHaveBeenCalledOnce();
});

it('chunk without a connection reports it', async () => {
  deployed(null);
  await expect(loadChunk(failing)).rejects.toThrow(OfflineError);
  expect(reload).not.toHaveBeenCalled();
});

it('broken chunk of the current build is an error', async () => {
  deployed('old');
  await expect(loadChunk(failing)).rejects.toThrow('dynamically imported');
  expect(reload).not.toHaveBeenCalled();
});

it('chunk that loads needs no request', async () => {
  deployed(null);
  expect(await loadChunk(async () => 'module')).toBe('module');
});
