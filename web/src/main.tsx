import './lib/texts';

import { StrictMode, startTransition } from 'react';
import { createRoot } from 'react-dom/client';
import { Provider } from 'react-redux';
import { BrowserRouter } from 'react-router';
import { App } from './app/App';
import { Closed } from './app/Closed';
import { createServices } from './app/services';
import { startSession } from './app/session';
import { createStore } from './app/store';
import { type Config, loadConfig } from './config';
import { persistGuestCart } from './features/cart/persist';
import { startTranslation } from './lib/i18n';
import { regionAnswered } from './lib/region';
import './styles/shop.scss';

const root = createRoot(document.getElementById('root') as HTMLElement);

function open(config: Config): void {
  const store = createStore(
    createServices(
      config,
      (region) => store.dispatch(regionAnswered(region)),
      () => store.getState().session,
    ),
  );
  persistGuestCart(store);
  startSession(store, config.cognito);
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

const translation = startTranslation();
loadConfig()
  .finally(() => translation)
  .then(open, () => root.render(<Closed />));
