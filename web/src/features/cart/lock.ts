const NAME = 'bookstore.cart-merge';

let last: Promise<unknown> = Promise.resolve();

/**
 * Runs one change of the account's cart at a time, in all tabs, if it consists of several requests: two tabs that plan
 * a merge at once would both add the guest's lines, and a quantity that is read before an addition and set after it
 * would remove the added copies.
 */
export function oneAtATime<Result>(change: () => Promise<Result>): Promise<Result> {
  if (navigator.locks !== undefined) return navigator.locks.request(NAME, change);
  const next = last.then(change); // without HTTPS, in this tab only
  last = next.catch(() => undefined);
  return next;
}
