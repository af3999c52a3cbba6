import { configureStore } from '@reduxjs/toolkit';
import { api, type Services } from '../api/client';
import { guestCartReducer } from '../features/cart/guestCart';
import { regionReducer } from '../lib/region';
import { sessionReducer } from '../lib/session';

export function createStore(services: Services) {
  return configureStore({
    reducer: {
      [api.reducerPath]: api.reducer,
      region: regionReducer,
      session: sessionReducer,
      guestCart: guestCartReducer,
    },
    middleware: (defaults) => defaults({ thunk: { extraArgument: services } }).concat(api.middleware),
  });
}

export type Store = ReturnType<typeof createStore>;
