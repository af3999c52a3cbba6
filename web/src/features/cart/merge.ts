import type { ThunkAction, UnknownAction } from '@reduxjs/toolkit';
import { asApiError, shop } from '../../api/endpoints';
import { type GuestCartRoot, mergePlanned, mergeRefused, mergeSettled, reread } from './guestCart';
import { type Line, planMerge } from './plan';

type MergeThunk<Result = void> = ThunkAction<Promise<Result>, GuestCartRoot, unknown, UnknownAction>;

const accountCart = (): MergeThunk<Line[]> => async (dispatch) => {
  const request = dispatch(shop.endpoints.getCart.initiate(undefined, { forceRefetch: true }));
  try {
    return (await request.unwrap()).items;
  } finally {
    request.unsubscribe();
  }
};

const setLine =
  (shopper: string, line: Line): MergeThunk =>
  async (dispatch) => {
    const argument = { bookId: line.bookId, cartLineQuantity: { quantity: line.quantity } };
    try {
      await dispatch(shop.endpoints.setCartLine.initiate(argument)).unwrap();
    } catch (error) {
      const { status } = asApiError(error);
      if (status !== 404 && status !== 409) throw error;
      dispatch(mergeRefused({ line, reason: status === 404 ? 'gone' : 'full' }));
    }
    dispatch(mergeSettled({ shopper, bookId: line.bookId }));
  };

const finish =
  (shopper: string): MergeThunk =>
  async (dispatch, getState) => {
    const targets = getState().guestCart.merges[shopper] ?? [];
    if (targets.length === 0) return;
    const held = new Map((await dispatch(accountCart())).map((line) => [line.bookId, line.quantity]));
    for (const target of targets) {
      // Less than the target: it did not arrive yet. As much or more: it did, or the shopper has added since.
      if ((held.get(target.bookId) ?? 0) < target.quantity) await dispatch(setLine(shopper, target));
      else dispatch(mergeSettled({ shopper, bookId: target.bookId }));
    }
  };

/**
 * Moves the guest's lines into the account's cart, each once, after any number of interruptions.
 *
 * The quantities to reach are computed once and stored, in the same write that takes the lines out of the guest's
 * cart. From then on they are only set, never added. An interrupted merge continues where it stopped.
 * Throws ApiError if it cannot continue now.
 */
const merge =
  (shopper: string): MergeThunk =>
  async (dispatch, getState) => {
    dispatch(reread()); // another tab may have merged while this one waited for the lock
    await dispatch(finish(shopper));
    const { lines } = getState().guestCart;
    if (lines.length === 0) return;
    const plan = planMerge(await dispatch(accountCart()), lines);
    dispatch(mergePlanned({ shopper, plan }));
    await dispatch(finish(shopper));
  };

/** One tab at a time: two tabs that plan at once would both read the account's lines before either changes them. */
export const mergeGuestCart =
  (shopper: string): MergeThunk =>
  async (dispatch) => {
    if (navigator.locks === undefined) return dispatch(merge(shopper));
    await navigator.locks.request('bookstore.cart-merge', () => dispatch(merge(shopper)));
  };
