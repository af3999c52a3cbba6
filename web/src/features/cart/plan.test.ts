import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Line, planMerge } from './plan';

const lines = (books: number) =>
  fc.uniqueArray(
    fc.record({
      bookId: fc.integer({ min: 0, max: 80 }).map((n) => `book-${n}`),
      quantity: fc.integer({ min: 1, max: 99 }),
    }),
    { maxLength: books, selector: (line) => line.bookId },
  );

const held = (cart: readonly Line[]) => new Map(cart.map((line) => [line.bookId, line.quantity]));

it('plan has every guest line, within the limits', () => {
  fc.assert(
    fc.property(lines(50), lines(50), (account, guest) => {
      const { targets, kept, capped } = planMerge(account, guest);
      const before = held(account);
      const after = new Map([...before, ...held(targets)]);
      expect(after.size).toBeLessThanOrEqual(50);
      expect([...targets, ...kept].map((line) => line.bookId).sort()).toEqual(
        guest.map((line) => line.bookId).sort(),
      );
      let cut = 0;
      for (const { bookId, quantity } of guest) {
        const sum = (before.get(bookId) ?? 0) + quantity;
        const target = targets.find((line) => line.bookId === bookId);
        if (target) expect(target.quantity).toBe(Math.min(sum, 99));
        else expect(before.has(bookId)).toBe(false);
        if (target && sum > 99) cut += 1;
      }
      expect(capped).toBe(cut);
      if (kept.length > 0) expect(after.size).toBe(50);
    }),
  );
});
