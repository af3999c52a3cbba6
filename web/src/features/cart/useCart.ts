import type { ThunkDispatch, UnknownAction } from '@reduxjs/toolkit';
import { useEffect } from 'react';
import { useDispatch, useSelector } from 'react-redux';
import type { ApiError } from '../../api/client';
import { failureOf, useGetCartQuery } from '../../api/endpoints';
import type { CartLine } from '../../api/generated';
import { type SessionRoot, useSession } from '../../lib/session';
import { cartApi } from './cartApi';
import { type GuestCartRoot, isMerging, type Line, lineRemoved, lineSet, mergeSettled } from './guestCart';
import { guestPrices } from './guestPrices';
import { MAX_LINES, MAX_QUANTITY } from './limits';
import { oneAtATime } from './lock';

export interface CartView {
  items: CartLine[];
  total: number;
  currency: string;
  /** Books of a guest's cart that are no longer in the catalog. */
  gone: string[];
  isLoading: boolean;
  error: ApiError | null;
  retry: () => void;
}

type Root = GuestCartRoot & SessionRoot;

/** The API's response to one more book in a full cart, for a guest's cart, which the API does not know. */
const FULL: ApiError = { status: 409 };

function priced(lines: Line[], books: Record<string, CartLine['book'] | null>): CartLine[] {
  return lines.flatMap(({ bookId, quantity }) => {
    const book = books[bookId];
    if (!book) return [];
    const lineTotal = book.price * quantity;
    return [{ bookId, quantity, book, unitPrice: book.price, lineTotal, version: '' }];
  });
}

function useGuestCartView(skip: boolean): CartView {
  const lines = useSelector((state: Root) => state.guestCart.lines);
  const bookIds = lines.map((line) => line.bookId).sort();
  const query = guestPrices.endpoints.priceBooks.useQuery(bookIds, { skip: skip || bookIds.length === 0 });
  const books = query.data ?? {};
  const items = priced(lines, books);
  return {
    items,
    total: items.reduce((sum, line) => sum + line.lineTotal, 0),
    currency: items[0]?.book.currency ?? 'EUR',
    gone: bookIds.filter((bookId) => books[bookId] === null),
    isLoading: query.isFetching && !query.data,
    error: failureOf(query),
    retry: query.refetch,
  };
}

/** Seconds for which the cart that the header has read is not read again. */
const FRESH = 10;

/** The account's cart, read again when the page becomes visible: another tab or device may have changed it. */
function useAccountCart(skip: boolean) {
  const cart = useGetCartQuery(undefined, { skip, refetchOnMountOrArgChange: FRESH });
  const { refetch } = cart;
  useEffect(() => {
    if (skip) return;
    const read = () => void (document.visibilityState === 'visible' && refetch());
    document.addEventListener('visibilitychange', read);
    return () => document.removeEventListener('visibilitychange', read);
  }, [skip, refetch]);
  return cart;
}

/** The account's cart, or the guest's cart at current prices. */
export function useCart(): CartView {
  const session = useSession();
  const isShopper = session.status === 'shopper';
  const guest = useGuestCartView(session.status !== 'guest');
  const merging = useSelector(isMerging);
  const account = useAccountCart(!isShopper);
  if (!isShopper) return session.status === 'starting' ? { ...guest, isLoading: true } : guest;
  return {
    items: merging ? [] : (account.data?.items ?? []),
    total: account.data?.total ?? 0,
    currency: account.data?.currency ?? 'EUR',
    gone: [],
    isLoading: (account.isFetching && !account.data) || merging,
    error: account.data ? null : failureOf(account),
    retry: account.refetch,
  };
}

/** The result of adding a book. */
export interface Added {
  /** Copies of the book in the cart now. */
  held: number;
  /** Fewer copies were added than requested, since a line has a maximum. */
  isCapped: boolean;
}

function added(before: number, quantity: number): Added {
  const held = Math.min(before + quantity, MAX_QUANTITY);
  return { held, isCapped: held < before + quantity };
}

export interface CartActions {
  /** Throws an ApiError. */
  add(bookId: string, quantity: number): Promise<Added>;
  set(bookId: string, quantity: number): Promise<void>;
  remove(bookId: string): Promise<void>;
}

export function useCartActions(): CartActions {
  const dispatch = useDispatch<ThunkDispatch<Root, unknown, UnknownAction>>();
  const session = useSession();
  const guest = useSelector((state: Root) => state.guestCart.lines);

  if (session.status !== 'shopper') {
    const held = (bookId: string) => guest.find((line) => line.bookId === bookId)?.quantity ?? 0;
    return {
      add: async (bookId, quantity) => {
        const result = added(held(bookId), quantity);
        if (guest.length >= MAX_LINES && held(bookId) === 0) throw FULL;
        dispatch(lineSet({ bookId, quantity: result.held }));
        return result;
      },
      set: async (bookId, quantity) => void dispatch(lineSet({ bookId, quantity })),
      remove: async (bookId) => void dispatch(lineRemoved(bookId)),
    };
  }

  const shopper = session.shopper.id;
  const put = (bookId: string, quantity: number) =>
    dispatch(cartApi.endpoints.setCartLine.initiate({ bookId, cartLineQuantity: { quantity } })).unwrap();
  // The shopper's choice of a quantity cancels what is left of an interrupted merge. An addition does not.
  const settle = (bookId: string) => dispatch(mergeSettled({ shopper, bookId }));
  return {
    set: async (bookId, quantity) => {
      await put(bookId, quantity);
      settle(bookId);
    },
    // Reading and setting, instead of POST /cart, can be repeated in any region without counting twice.
    add: (bookId, quantity) =>
      oneAtATime(async () => {
        const options = { forceRefetch: true, subscribe: false };
        const line = await dispatch(cartApi.endpoints.getCartLine.initiate({ bookId }, options)).unwrap();
        const result = added(line.items[0]?.quantity ?? 0, quantity);
        await put(bookId, result.held);
        return result;
      }),
    remove: async (bookId) => {
      await dispatch(cartApi.endpoints.removeCartLine.initiate({ bookId })).unwrap();
      settle(bookId);
    },
  };
}
