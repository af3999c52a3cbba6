import { delay, http } from 'msw';
import { expect, it, vi } from 'vitest';
import { API, server } from '../../test/server';
import { createServices } from '../app/services';
import { createStore } from '../app/store';
import { leave } from '../lib/session';
import { shop } from './endpoints';

it('sign-out ends running requests without an error in the console', async () => {
  const logged = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  let isRunning = false;
  server.use(
    http.get(`${API}/categories`, async () => {
      isRunning = true;
      await delay('infinite');
    }),
  );
  const config = {
    api: API,
    regions: [],
    cognito: { region: '', userPoolId: '', userPoolClientId: '' },
    blog: null,
  };
  const store = createStore(
    createServices(
      config,
      () => undefined,
      () => store.getState().session,
    ),
  );
  const running = store.dispatch(shop.endpoints.listCategories.initiate());
  await vi.waitFor(() => expect(isRunning).toBe(true));
  leave(store.dispatch);
  await running;
  await new Promise((resolve) => setTimeout(resolve));
  expect(logged).not.toHaveBeenCalled();
});

it('request without a renewed token is not sent', async () => {
  const send = vi.fn();
  const token = () => Promise.reject(new Error('A network error has occurred.'));
  const store = createStore({ send, token });
  const { error } = await store.dispatch(shop.endpoints.listOrders.initiate({}));
  expect(error).toEqual({ status: 'noToken' });
  expect(send).not.toHaveBeenCalled();
});
