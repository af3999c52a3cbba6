import type { Cart, NewOrder, PriceChanged, Uuid } from '../../api/generated';

export interface QuotedLine {
  bookId: string;
  title: string;
  quantity: number;
  lineTotal: number;
  /** Version of the cart line, so that it is paid once. */
  version: string;
}

/** The lines and the total that the shopper sees and that are sent, with the idempotency key. */
export interface Quote {
  key: Uuid;
  lines: QuotedLine[];
  total: number;
  currency: string;
}

export function quoteOf(cart: Cart): Quote {
  const lines = cart.items.map(({ bookId, quantity, lineTotal, version, book }) => ({
    bookId,
    title: book.title,
    quantity,
    lineTotal,
    version,
  }));
  return { key: cart.checkoutKey, lines, total: cart.total, currency: cart.currency };
}

/** The same purchase at current prices. The key stays: if an order has used it, the repetition returns that order. */
export function requote(quote: Quote, { items, total, currency }: PriceChanged): Quote {
  const current = new Map(items.map((item) => [item.bookId, item.lineTotal]));
  const lines = quote.lines.map((line) => ({
    ...line,
    lineTotal: current.get(line.bookId) ?? line.lineTotal,
  }));
  return { key: quote.key, lines, total, currency };
}

export function orderFor({ lines, total }: Quote): NewOrder {
  const items = lines.map(({ bookId, quantity, version }) => ({ bookId, quantity, lineVersion: version }));
  return { items, expectedTotal: total };
}
