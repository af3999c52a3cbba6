import { MOST_LINES, MOST_OF_A_BOOK } from './limits';

export interface Line {
  bookId: string;
  quantity: number;
}

export interface MergePlan {
  /** What the account's cart shall hold of each book of the guest's cart: absolute, so setting it twice is harmless. */
  targets: Line[];
  /** Lines for which the account's cart has no room. */
  kept: Line[];
  /** How many books had to be cut to the most that a line takes. */
  capped: number;
}

/** Adds a guest's lines to an account's, never past the limits of a line and of a cart. */
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
