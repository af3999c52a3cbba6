import './lib/texts';

import { StrictMode, startTransition } from 'react';
import { createRoot } from 'react-dom/client';
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
import { regionAnswered } from './lib/region';
import './styles/shop.scss';

const root = createRoot(document.getElementById('root') as HTMLElement);

/** Milliseconds that the first content stays, at most, after the app could be rendered. */
const PATIENCE = 1_500;

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
  // A transition renders in short tasks, between which a slow phone answers taps.
  startTransition(() =>
    root.render(
      <StrictMode>
        <Provider store={store}>
          <BrowserRouter>
            <App config={config} />
          </BrowserRouter>
        </Provider>
      </StrictMode>,
    ),
  );
}

/** Resolves when the page can be rendered without placeholders, which would hide its first content, or after a while. */
async function ready(store: Store): Promise<void> {
  const hasContent = document.querySelector('main > .page') !== null;
  if (!hasContent) return;
  const isPrepared = prepareFirstPage(store.dispatch).catch(() => undefined);
  await Promise.race([isPrepared, new Promise((resolve) => setTimeout(resolve, PATIENCE))]);
}

const translation = startTranslation();
loadConfig()
  .finally(() => translation)
  .then(open, () => root.render(<Closed />));
