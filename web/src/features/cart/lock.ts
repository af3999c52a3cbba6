const NAME = 'bookstore.cart-merge';

let last: Promise<unknown> = Promise.resolve();

/**
 * Runs one change of the account's cart at a time, in all tabs, if it consists of several requests: two tabs that plan
 * a merge at once would both add the guest's lines, and a quantity that is read before an addition and set after it
 * would remove the added copies.
 */
export async function oneAtATime<Result>(change: () => Promise<Result>): Promise<Result> {
  if (navigator.locks === undefined) return oneAtATimeHere(change); // without HTTPS
  let began = false;
  const begin = () => {
    began = true;
    return change();
  };
  try {
    return await navigator.locks.request(NAME, begin);
  } catch (error) {
    if (began) throw error;
    return oneAtATimeHere(change); // blocked site data blocks locks too
  }
}

/** The same in this tab only. */
function oneAtATimeHere<Result>(change: () => Promise<Result>): Promise<Result> {
  const next = last.then(change);
  last = next.catch(() => undefined);
  return next;
}
