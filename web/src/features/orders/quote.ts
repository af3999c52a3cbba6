import type { Cart, NewOrder, PriceChanged, Uuid } from '../../api/generated';

export interface QuotedLine {
  bookId: string;
  title: string;
  quantity: number;
  lineTotal: number;
}

/** The lines and the total that the shopper sees and that are sent, with the idempotency key. */
export interface Quote {
  key: Uuid;
  lines: QuotedLine[];
  total: number;
  currency: string;
}

export function quoteOf(cart: Cart): Quote {
  const lines = cart.items.map(({ bookId, quantity, lineTotal, book }) => ({
    bookId,
    title: book.title,
    quantity,
    lineTotal,
  }));
  return { key: cart.checkoutKey, lines, total: cart.total, currency: cart.currency };
}

/** The same purchase at current prices. The key stays, since no order has used it. */
export function requote(quote: Quote, { items, total, currency }: PriceChanged): Quote {
  const lines = items.map(({ bookId, title, quantity, lineTotal }) => ({
    bookId,
    title,
    quantity,
    lineTotal,
  }));
  return { key: quote.key, lines, total, currency };
}

export function orderFor({ lines, total }: Quote): NewOrder {
  return { items: lines.map(({ bookId, quantity }) => ({ bookId, quantity })), expectedTotal: total };
}
