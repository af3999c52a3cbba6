import { MOST_LINES, MOST_OF_A_BOOK } from './limits';

export interface Line {
  bookId: string;
  quantity: number;
}

export interface MergePlan {
  /** The quantity to set in the account's cart, for each book of the guest's cart. Absolute, so setting it twice is harmless. */
  targets: Line[];
  /** Lines for which the account's cart has no room. */
  kept: Line[];
  /** Number of books that were cut to a line's maximum. */
  capped: number;
}

/** Adds a guest's lines to an account's, within the limits of a line and of a cart. */
export function planMerge(account: readonly Line[], guest: readonly Line[]): MergePlan {
  const held = new Map(account.map((line) => [line.bookId, line.quantity]));
  const plan: MergePlan = { targets: [], kept: [], capped: 0 };
  for (const line of guest) {
    const before = held.get(line.bookId);
    if (before === undefined && held.size >= MOST_LINES) {
      plan.kept.push(line);
      continue;
    }
    const sum = (before ?? 0) + line.quantity;
    if (sum > MOST_OF_A_BOOK) plan.capped += 1;
    const quantity = Math.min(sum, MOST_OF_A_BOOK);
    held.set(line.bookId, quantity);
    plan.targets.push({ bookId: line.bookId, quantity });
  }
  return plan;
}
