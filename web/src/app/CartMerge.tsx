import type { ThunkDispatch, UnknownAction } from '@reduxjs/toolkit';
import { useEffect } from 'react';
import { useDispatch, useSelector } from 'react-redux';
import { type GuestCartRoot, mergeAttempted } from '../features/cart/guestCart';
import { loadChunk } from '../lib/chunks';
import { useSession } from '../lib/session';

/** After sign-in, merges the guest's cart into the account's cart, and finishes an interrupted merge. */
export function CartMerge() {
  const session = useSession();
  const dispatch = useDispatch<ThunkDispatch<GuestCartRoot, unknown, UnknownAction>>();
  const shopper = session.status === 'shopper' ? session.shopper.id : null;
  const waiting = useSelector(
    ({ guestCart }: GuestCartRoot) =>
      shopper !== null && (guestCart.lines.length > 0 || shopper in guestCart.merges),
  );
  // Also when another tab, as a guest, adds to an empty cart. Lines that stay after an attempt start no other one.
  useEffect(() => {
    if (!waiting || shopper === null) return;
    const attempt = async () => {
      const { mergeGuestCart } = await loadChunk(() => import('../features/cart/merge'));
      await dispatch(mergeGuestCart(shopper));
    };
    // The plan is stored, so the next page load or the `online` event continues an interrupted merge.
    const begin = () =>
      void attempt()
        .catch(() => undefined)
        .then(() => dispatch(mergeAttempted(shopper)));
    begin();
    window.addEventListener('online', begin);
    return () => window.removeEventListener('online', begin);
  }, [shopper, waiting, dispatch]);
  return null;
}
