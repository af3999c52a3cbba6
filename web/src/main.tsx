import { type ReactNode, StrictMode, startTransition } from 'react';
import { Provider } from 'react-redux';
import { BrowserRouter } from 'react-router';
import { App, prepareFirstPage } from './app/App';
import { Closed } from './app/Closed';
import { createServices } from './app/services';
import { startSession } from './app/session';
import { createStore, type Store } from './app/store';
import { type Config, loadConfig } from './config';
import { persistGuestCart } from './features/cart/persist';
import { startTranslation } from './lib/i18n';
import { nextTask } from './lib/nextTask';
import { regionAnswered } from './lib/region';
import './styles/shop.scss';

async function render(content: ReactNode): Promise<void> {
  const { createRoot } = await reactDom;
  // A transition renders in short tasks, between which a slow phone answers taps.
  startTransition(() => createRoot(document.getElementById('root') as HTMLElement).render(content));
}

/** Milliseconds that the first content stays, at most, after the app could be rendered. */
const TIMEOUT_MS = 1_500;

async function open(config: Config): Promise<void> {
  const store = createStore(
    createServices(
      config,
      (region) => store.dispatch(regionAnswered(region)),
      () => store.getState().session,
    ),
  );
  persistGuestCart(store);
  startSession(store, config.cognito);
  await ready(store);
  render(
    <StrictMode>
      <Provider store={store}>
        <BrowserRouter>
          <App config={config} />
        </BrowserRouter>
      </Provider>
    </StrictMode>,
  );
}

/** Resolves when the page can be rendered without placeholders, which would hide its first content, or after a while. */
async function ready(store: Store): Promise<void> {
  const hasContent = document.querySelector('main > .page') !== null;
  if (!hasContent) return;
  const isPrepared = prepareFirstPage(store.dispatch).catch(() => undefined);
  await Promise.race([isPrepared, new Promise((resolve) => setTimeout(resolve, TIMEOUT_MS))]);
}

function start(): void {
  const config = loadConfig();
  const translation = startTranslation();
  config.finally(() => translation).then(open, () => render(<Closed />));
}

/** Evaluated in a task of its own, a long one too. Its file is the one of this module (vite.config.ts). */
const reactDom = nextTask()
  .then(start)
  .then(nextTask)
  .then(() => import('react-dom/client'));
