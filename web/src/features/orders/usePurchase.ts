import { useRef, useState } from 'react';
import { useDispatch } from 'react-redux';
import type { ApiError } from '../../api/client';
import { asApiError, failureOf, shop, useGetCartQuery, usePlaceOrderMutation } from '../../api/endpoints';
import type { CartChanged, NewOrder, Order, OutOfStock, PriceChanged } from '../../api/generated';
import { orderFor, type Quote, quoteOf, requote } from './quote';

/** Why there is no order to show. */
export type Refusal = Reason & {
  /** An attempt of this order got no answer, so it may have been placed although the last one was refused. */
  isUncertain: boolean;
};

export type Reason =
  | { kind: 'priceChanged'; oldTotal: number }
  | { kind: 'cartChanged' }
  | { kind: 'outOfStock'; books: { title: string; available: number }[] }
  | { kind: 'stockElsewhere' }
  | { kind: 'failed'; error: ApiError };

export interface Purchase {
  /** Null until the cart is loaded. */
  quote: Quote | null;
  /** Whether the quote is the current cart, or unchanged since the first attempt. */
  isCurrent: boolean;
  isPlacing: boolean;
  refusal: Refusal | null;
  /** Why the cart could not be loaded. */
  loadError: ApiError | null;
  reload: () => void;
  /** Resolves to the order, or to null after a refusal. */
  place: (address: NewOrder['address']) => Promise<Order | null>;
}

/** Whether a failure does not say what became of the order. */
function isUnknown({ status }: ApiError): boolean {
  return status === 'unreachable' || (typeof status === 'number' && status >= 500);
}

function outOfStock(quote: Quote, { items }: OutOfStock): Reason {
  const titles = new Map(quote.lines.map((line) => [line.bookId, line.title]));
  const books = items.map(({ bookId, available }) => ({ title: titles.get(bookId) ?? bookId, available }));
  return { kind: 'outOfStock', books };
}

/**
 * Buys the shown lines once.
 *
 * After the first attempt the quote does not change with the cart: if the outcome of an attempt is unknown, only the
 * same key with the same lines cannot order twice.
 */
export function usePurchase(): Purchase {
  const dispatch = useDispatch();
  const cart = useGetCartQuery(undefined, { refetchOnMountOrArgChange: true });
  const [send, { isLoading: isPlacing }] = usePlaceOrderMutation();
  const [frozen, setFrozen] = useState<Quote | null>(null);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const underWay = useRef(false);
  /** Key of an order that may have been placed. */
  const uncertainKey = useRef<string | null>(null);
  // The previous cart stays visible while it is reloaded, and the fields keep their values.
  const quote = frozen ?? (cart.data ? quoteOf(cart.data) : null);
  const loadError = frozen ? null : failureOf(cart);
  const isCurrent = frozen !== null || (cart.isSuccess && !cart.isFetching);

  const refuse = (attempted: Quote, failure: ApiError) => {
    const problem = failure.problem;
    if (failure.lost || isUnknown(failure)) uncertainKey.current = attempted.key;
    // A key that belongs to an order of other items cannot place this one.
    const isUncertain = uncertainKey.current === attempted.key && failure.status !== 422;
    const explain = (reason: Reason) => setRefusal({ ...reason, isUncertain });
    const showCart = (reason: Reason) => {
      explain(reason);
      // An order that may have been placed is only repeated: the cart's next order could be a second one.
      if (isUncertain) return;
      setFrozen(null);
      cart.refetch();
    };
    switch (problem?.type.split(':').at(-1)) {
      case 'price-changed':
        setFrozen(requote(attempted, problem as PriceChanged));
        return explain({ kind: 'priceChanged', oldTotal: attempted.total });
      case 'cart-changed':
        dispatch(shop.util.upsertQueryData('getCart', undefined, (problem as CartChanged).cart) as never);
        return showCart({ kind: 'cartChanged' });
      case 'out-of-stock':
        return showCart(outOfStock(attempted, problem as OutOfStock));
      case 'stock-elsewhere':
        return explain({ kind: 'stockElsewhere' });
    }
    if (failure.status === 422 || failure.status === 404) return showCart({ kind: 'cartChanged' });
    explain({ kind: 'failed', error: failure });
  };

  const place = async (address: NewOrder['address']): Promise<Order | null> => {
    if (!quote || !isCurrent || underWay.current) return null;
    underWay.current = true;
    setFrozen(quote);
    setRefusal(null);
    try {
      const newOrder = { ...orderFor(quote), address };
      return await send({ 'Idempotency-Key': quote.key, newOrder }).unwrap();
    } catch (failure) {
      refuse(quote, asApiError(failure));
      return null;
    } finally {
      underWay.current = false;
    }
  };

  return { quote, isCurrent, isPlacing, refusal, loadError, reload: cart.refetch, place };
}
