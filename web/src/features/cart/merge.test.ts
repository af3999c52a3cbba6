import fc from 'fast-check';
import { expect, it } from 'vitest';
import { REGION } from '../../../test/server';
import { createStore, type Store } from '../../app/store';
import { type Answer, UnreachableError } from '../../lib/failover';
import { type Line, lineSet, storedCart } from './guestCart';
import { mergeGuestCart } from './merge';
import { persistGuestCart } from './persist';

const SHOPPER = 'shopper-1';

/** Outcome of one request: it arrives and is answered, arrives and the response is lost, or does not arrive. */
type Fate = 'answered' | 'answer lost' | 'lost';

/** The account's cart on the server, and a network with a given outcome for each request. */
class Account {
  readonly cart = new Map<string, number>();
  readonly #fates: Fate[];
  readonly #keys = new Set<string>();
  /** Called after copies were added, before the response is sent. */
  onAdded: ((bookId: string) => void) | undefined;

  constructor(lines: readonly Line[], fates: readonly Fate[] = []) {
    for (const { bookId, quantity } of lines) this.cart.set(bookId, quantity);
    this.#fates = [...fates];
  }

  send = async (path: string, init: RequestInit): Promise<Answer> => {
    const fate = this.#fates.shift() ?? 'answered';
    if (fate === 'lost') throw new UnreachableError('lost');
    const response = this.#handle(path, init);
    if (fate === 'answer lost') throw new UnreachableError('answer lost');
    return response;
  };

  #handle(path: string, init: RequestInit): Answer {
    const { bookId = '', quantity = 0 } = init.body ? JSON.parse(String(init.body)) : {};
    if (init.method === 'POST') {
      const key = new Headers(init.headers).get('Idempotency-Key');
      if (key === null) throw new Error('an addition without a key');
      if (!this.#keys.has(key)) {
        const sum = (this.cart.get(bookId) ?? 0) + quantity;
        if (bookId === 'gone') return this.#problem(404);
        if (sum > 99 || (!this.cart.has(bookId) && this.cart.size >= 49)) return this.#problem(409);
        this.#keys.add(key);
        this.cart.set(bookId, sum);
        this.onAdded?.(bookId);
      }
    }
    const narrowed = path.split('/')[2];
    if (init.method === 'PUT' && narrowed) this.cart.set(narrowed, quantity);
    const items = [...this.cart]
      .filter(([id]) => narrowed === undefined || id === narrowed)
      .map(([id, held]) => ({ bookId: id, quantity: held }));
    return {
      status: 200,
      content: { items, total: 0, currency: 'EUR', checkoutKey: 'key' },
      region: REGION,
    };
  }

  #problem(status: number): Answer {
    return { status, content: { type: 'urn:bookstore:problem:x', title: 'x', status }, region: REGION };
  }
}

/** A new page: its state comes from the browser's storage only. */
function openPage(account: Account): Store {
  const store = createStore({ send: account.send, token: async () => 'token' });
  persistGuestCart(store);
  return store;
}

function guestPicks(lines: readonly Line[]): void {
  const store = openPage(new Account([]));
  for (const line of lines) store.dispatch(lineSet(line));
}

async function visit(account: Account): Promise<boolean> {
  try {
    await openPage(account).dispatch(mergeGuestCart(SHOPPER));
    return true;
  } catch {
    return false;
  }
}

const cart = (books: number, most: number) =>
  fc.uniqueArray(
    fc.record({
      bookId: fc.integer({ min: 0, max: most }).map((n) => `book-${n}`),
      quantity: fc.integer({ min: 1, max: 99 }),
    }),
    { maxLength: books, selector: (line) => line.bookId },
  );
const fates = fc.array(fc.constantFrom<Fate>('answered', 'answered', 'answer lost', 'lost'), {
  maxLength: 30,
});

it('merge moves each line once despite failures', async () => {
  await fc.assert(
    fc.asyncProperty(cart(6, 9), cart(6, 9), fates, async (held, picked, network) => {
      localStorage.clear();
      guestPicks(picked);
      const account = new Account(held, network);
      while (!(await visit(account))); // the list of outcomes is finite
      const before = new Map(held.map((line) => [line.bookId, line.quantity]));
      for (const { bookId, quantity } of picked) {
        before.set(bookId, Math.min((before.get(bookId) ?? 0) + quantity, 99));
      }
      expect(account.cart).toEqual(before);
      expect(storedCart().lines).toEqual([]);
      expect(storedCart().merges).toEqual({});
      expect(await visit(account)).toBe(true);
      expect(account.cart).toEqual(before);
    }),
    { numRuns: 40 },
  );
}, 60_000);

it('full cart leaves lines on the device', async () => {
  const full = Array.from({ length: 49 }, (_, n) => ({ bookId: `book-${n}`, quantity: 1 }));
  guestPicks([
    { bookId: 'book-0', quantity: 2 },
    { bookId: 'extra', quantity: 3 },
  ]);
  const account = new Account(full);
  await visit(account);
  expect(account.cart.get('book-0')).toBe(3);
  expect(account.cart.size).toBe(49);
  expect(storedCart().lines).toEqual([{ bookId: 'extra', quantity: 3 }]);
});

it('book that left the catalog is dropped and reported', async () => {
  guestPicks([{ bookId: 'gone', quantity: 1 }]);
  const store = openPage(new Account([]));
  await store.dispatch(mergeGuestCart(SHOPPER));
  expect(store.getState().guestCart).toMatchObject({
    lines: [],
    merges: {},
    notice: { kept: 0, capped: 0, gone: 1 },
  });
});

it('unfinished merge stays with its shopper', async () => {
  guestPicks([{ bookId: 'book-1', quantity: 2 }]);
  const first = new Account([], ['lost']);
  await visit(first);
  const second = new Account([]);
  await openPage(second).dispatch(mergeGuestCart('shopper-2'));
  expect(second.cart.size).toBe(0);
  await visit(first);
  expect(first.cart).toEqual(new Map([['book-1', 2]]));
});

it('copies that were bought meanwhile are not added again', async () => {
  guestPicks([{ bookId: 'book-1', quantity: 2 }]);
  const account = new Account([], ['answer lost']);
  account.onAdded = (bookId) => account.cart.delete(bookId); // another device orders the book
  expect(await visit(account)).toBe(false);
  expect(await visit(account)).toBe(true);
  expect(account.cart.size).toBe(0);
});

it('line above the maximum is set to it', async () => {
  guestPicks([{ bookId: 'book-1', quantity: 60 }]);
  const store = openPage(new Account([{ bookId: 'book-1', quantity: 60 }]));
  await store.dispatch(mergeGuestCart(SHOPPER));
  expect(store.getState().guestCart.notice).toEqual({ kept: 0, capped: 1, gone: 0 });
});
