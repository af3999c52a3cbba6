import type { Store } from '@reduxjs/toolkit';
import { type GuestCartRoot, keep, reread, STORAGE_KEY } from './guestCart';

/** Stores the guest's cart in the browser and follows the changes of other tabs. */
export function persistGuestCart(store: Store<GuestCartRoot>): void {
  let written = store.getState().guestCart;
  store.subscribe(() => {
    const { guestCart } = store.getState();
    if (guestCart.lines !== written.lines || guestCart.merges !== written.merges) keep(guestCart);
    written = guestCart;
  });
  window.addEventListener('storage', (event) => {
    if (event.key === STORAGE_KEY) store.dispatch(reread());
  });
}
