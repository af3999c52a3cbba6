import type { ThunkAction, UnknownAction } from '@reduxjs/toolkit';
import { asApiError } from '../../api/endpoints';
import { randomUuid } from '../../lib/uuid';
import { cartApi } from './cartApi';
import {
  type GuestCartRoot,
  type MergeLine,
  mergePlanned,
  mergeRefused,
  mergeSettled,
  type Refusal,
  reread,
} from './guestCart';
import { MAX_QUANTITY } from './limits';
import { oneAtATime } from './lock';

type MergeThunk<Result = void> = ThunkAction<Promise<Result>, GuestCartRoot, unknown, UnknownAction>;

/** Finds out why a line was refused. A book that is in the cart already is set to the maximum of a line. */
const refuse =
  ({ bookId }: MergeLine): MergeThunk<Refusal> =>
  async (dispatch) => {
    const options = { forceRefetch: true, subscribe: false };
    const cart = await dispatch(cartApi.endpoints.getCartLine.initiate({ bookId }, options)).unwrap();
    if (cart.items.length === 0) return 'full';
    const argument = { bookId, cartLineQuantity: { quantity: MAX_QUANTITY } };
    await dispatch(cartApi.endpoints.setCartLine.initiate(argument)).unwrap();
    return 'capped';
  };

const addLine =
  (shopper: string, line: MergeLine): MergeThunk =>
  async (dispatch) => {
    const { bookId, quantity, key } = line;
    const argument = { 'Idempotency-Key': key, newCartLine: { bookId, quantity } };
    try {
      await dispatch(cartApi.endpoints.addToCart.initiate(argument)).unwrap();
    } catch (error) {
      const { status } = asApiError(error);
      if (status !== 404 && status !== 409) throw error;
      const reason = status === 404 ? 'gone' : await dispatch(refuse(line));
      dispatch(mergeRefused({ line: { bookId, quantity }, reason }));
    }
    dispatch(mergeSettled({ shopper, bookId }));
  };

const finish =
  (shopper: string): MergeThunk =>
  async (dispatch, getState) => {
    for (const line of getState().guestCart.merges[shopper] ?? []) await dispatch(addLine(shopper, line));
  };

/**
 * Moves the guest's lines into the account's cart, each once, after any number of interruptions.
 *
 * Each line gets a key, stored in the same write that takes the line out of the guest's cart. The API adds a key's
 * copies once, also if they have been bought meanwhile. An interrupted merge continues where it stopped.
 * Throws ApiError if it cannot continue now.
 */
const merge =
  (shopper: string): MergeThunk =>
  async (dispatch, getState) => {
    dispatch(reread()); // another tab may have merged while this one waited for the lock
    await dispatch(finish(shopper));
    const { lines } = getState().guestCart;
    if (lines.length === 0) return;
    dispatch(mergePlanned({ shopper, lines: lines.map((line) => ({ ...line, key: randomUuid() })) }));
    await dispatch(finish(shopper));
  };

export const mergeGuestCart =
  (shopper: string): MergeThunk =>
  (dispatch) =>
    oneAtATime(() => dispatch(merge(shopper)));
