import { createSlice, type PayloadAction } from '@reduxjs/toolkit';
import { type SessionRoot, signedOut } from '../../lib/session';
import { readStored, store as writeStored } from '../../lib/storage';
import { MAX_LINES, MAX_QUANTITY } from './limits';

export const STORAGE_KEY = 'bookstore.cart';

export interface Line {
  bookId: string;
  quantity: number;
}

/** A line on its way into an account's cart. */
export interface MergeLine extends Line {
  /** Idempotency key of the addition. */
  key: string;
}

/** Why a line was not added: the cart is full, the book has left the catalog, or the line has its maximum. */
export type Refusal = 'full' | 'gone' | 'capped';

/** Lines that the last merge could not move, for a notice on the cart page. */
export interface MergeNotice {
  kept: number;
  capped: number;
  gone: number;
}

export interface GuestCart {
  /** The cart of a guest in this browser. */
  lines: Line[];
  /** Unfinished merges: by shopper, the lines that still have to be added to the account's cart. */
  merges: Record<string, MergeLine[]>;
  notice: MergeNotice | null;
  /** The shopper for whom this page has tried to merge, successfully or not. */
  attempted: string | null;
}

export interface GuestCartRoot {
  guestCart: GuestCart;
}

const EMPTY: GuestCart = { lines: [], merges: {}, notice: null, attempted: null };

function isLine(value: unknown): value is Line {
  const line = value as Partial<Line> | null;
  const { quantity } = line ?? {};
  return typeof line?.bookId === 'string' && Number.isInteger(quantity) && Number(quantity) >= 1;
}

function linesOf(value: unknown): Line[] {
  return Array.isArray(value) ? value.filter(isLine) : [];
}

function mergeLinesOf(value: unknown): MergeLine[] {
  return linesOf(value).filter(
    (line): line is MergeLine => typeof (line as Partial<MergeLine>).key === 'string',
  );
}

/** The cart in the browser's storage; unreadable content counts as empty. */
export function storedCart(): GuestCart {
  const stored = readStored(STORAGE_KEY) as Partial<GuestCart> | null;
  const merges = Object.entries(stored?.merges ?? {}).map(
    ([shopper, lines]) => [shopper, mergeLinesOf(lines)] as const,
  );
  return { ...EMPTY, lines: linesOf(stored?.lines), merges: Object.fromEntries(merges) };
}

/** Writes lines and merges together, so that a closed page never leaves a line in both. */
export function keep({ lines, merges }: GuestCart): void {
  writeStored(STORAGE_KEY, { lines, merges });
}

function put(lines: Line[], { bookId, quantity }: Line): void {
  const line = lines.find((one) => one.bookId === bookId);
  if (line) line.quantity = quantity;
  else if (lines.length < MAX_LINES) lines.push({ bookId, quantity });
}

const without = <Each extends Line>(lines: Each[] | undefined, bookId: string): Each[] =>
  (lines ?? []).filter((line) => line.bookId !== bookId);

const slice = createSlice({
  name: 'guestCart',
  initialState: storedCart,
  reducers: {
    lineSet(state, { payload }: PayloadAction<Line>) {
      put(state.lines, { ...payload, quantity: Math.min(payload.quantity, MAX_QUANTITY) });
    },
    lineRemoved(state, { payload }: PayloadAction<string>) {
      state.lines = without(state.lines, payload);
    },
    /** Another tab has changed the storage. */
    reread: ({ notice, attempted }) => ({ ...storedCart(), notice, attempted }),
    mergePlanned(state, { payload }: PayloadAction<{ shopper: string; lines: MergeLine[] }>) {
      state.lines = [];
      state.merges[payload.shopper] = payload.lines;
      state.notice = null;
    },
    /** The line was moved, or the shopper has changed it since. */
    mergeSettled(state, { payload }: PayloadAction<{ shopper: string; bookId: string }>) {
      const rest = without(state.merges[payload.shopper], payload.bookId);
      if (rest.length > 0) state.merges[payload.shopper] = rest;
      else delete state.merges[payload.shopper];
    },
    mergeRefused(state, { payload }: PayloadAction<{ line: Line; reason: Refusal }>) {
      state.notice ??= { kept: 0, capped: 0, gone: 0 };
      if (payload.reason !== 'full') {
        state.notice[payload.reason] += 1;
      } else {
        state.notice.kept += 1;
        put(state.lines, payload.line);
      }
    },
    mergeAttempted(state, { payload }: PayloadAction<string>) {
      state.attempted = payload;
    },
    noticeRead(state) {
      state.notice = null;
    },
  },
  extraReducers: (builder) => {
    builder.addCase(signedOut, (state) => {
      state.attempted = null;
    });
  },
});

export const {
  lineSet,
  lineRemoved,
  reread,
  mergePlanned,
  mergeSettled,
  mergeRefused,
  mergeAttempted,
  noticeRead,
} = slice.actions;
export const guestCartReducer = slice.reducer;

/** Whether the guest's lines are still on their way into the account's cart. */
export function isMerging({ session, guestCart }: SessionRoot & GuestCartRoot): boolean {
  if (session.status !== 'shopper' || guestCart.attempted === session.shopper.id) return false;
  return guestCart.lines.length > 0 || session.shopper.id in guestCart.merges;
}
