/** The file of a page, of texts or of Amplify could not be loaded: the connection is lost. */
export class OfflineError extends Error {}

const RELOADED_KEY = 'bookstore.reloaded';
const ENTRY = /\/assets\/index-[\w-]+\.js/;

/** The entry of this tab's build (`start.js`). */
function runningEntry(): string | undefined {
  return document.querySelector<HTMLScriptElement>('script[data-entry]')?.dataset.entry;
}

/** The entry of the deployed build. Throws OfflineError without a connection. */
async function deployedEntry(): Promise<string | undefined> {
  try {
    const response = await fetch('/index.html', { cache: 'no-store' });
    return ENTRY.exec(await response.text())?.[0];
  } catch (cause) {
    throw new OfflineError('the storefront cannot be reached', { cause });
  }
}

/** Reloads the page for a new build, once for each build. Returns false if that has been tried. */
function reloadFor(entry: string): boolean {
  try {
    if (sessionStorage.getItem(RELOADED_KEY) === entry) return false;
    sessionStorage.setItem(RELOADED_KEY, entry);
  } catch {
    return false; // without storage a second reload cannot be prevented
  }
  location.reload();
  return true;
}

/**
 * Imports a chunk. A tab that is older than the deployed build reloads itself once, since its chunks are gone.
 *
 * @throws OfflineError without a connection; the import's own error otherwise.
 */
export async function loadChunk<Module>(load: () => Promise<Module>): Promise<Module> {
  try {
    return await load();
  } catch (error) {
    const deployed = await deployedEntry();
    const running = runningEntry();
    const isOld = deployed !== undefined && running !== undefined && deployed !== running;
    if (isOld && reloadFor(deployed)) return new Promise(() => undefined); // the page is about to unload
    throw error;
  }
}
