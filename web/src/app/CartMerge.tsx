import type { ThunkDispatch, UnknownAction } from '@reduxjs/toolkit';
import { useEffect } from 'react';
import { useDispatch, useSelector } from 'react-redux';
import { type GuestCartRoot, mergeAttempted } from '../features/cart/guestCart';
import { useSession } from '../lib/session';

/** Whenever somebody is found signed in: what the guest's cart holds goes into theirs, as does what is left of a merge. */
export function CartMerge() {
  const session = useSession();
  const dispatch = useDispatch<ThunkDispatch<GuestCartRoot, unknown, UnknownAction>>();
  const shopper = session.status === 'shopper' ? session.shopper.id : null;
  const waiting = useSelector(
    ({ guestCart }: GuestCartRoot) =>
      shopper !== null && (guestCart.lines.length > 0 || shopper in guestCart.merges),
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: once a sign-in; what it leaves waits for the next page
  useEffect(() => {
    if (!waiting || shopper === null) return;
    const attempt = async () => {
      const { mergeGuestCart } = await import('../features/cart/merge');
      await dispatch(mergeGuestCart(shopper));
    };
    // The stored plan makes it safe to stop here: the next page, or the line coming back, goes on with it.
    const begin = () =>
      void attempt()
        .catch(() => undefined)
        .then(() => dispatch(mergeAttempted(shopper)));
    begin();
    window.addEventListener('online', begin);
    return () => window.removeEventListener('online', begin);
  }, [shopper]);
  return null;
}
