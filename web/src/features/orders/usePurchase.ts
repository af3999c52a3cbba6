import { useRef, useState } from 'react';
import { useDispatch } from 'react-redux';
import type { ApiError } from '../../api/client';
import { asApiError, shop, useGetCartQuery, usePlaceOrderMutation } from '../../api/endpoints';
import type { CartChanged, NewOrder, Order, OutOfStock, PriceChanged } from '../../api/generated';
import { orderFor, type Quote, quoteOf, requote } from './quote';

/** Why nothing was ordered. */
export type Refusal =
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

function outOfStock(quote: Quote, { items }: OutOfStock): Refusal {
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
  // The previous cart stays visible while it is reloaded, and the fields keep their values.
  const quote = frozen ?? (cart.data ? quoteOf(cart.data) : null);
  const loadError = cart.isError && !cart.isFetching && !frozen ? asApiError(cart.error) : null;
  const isCurrent = frozen !== null || (cart.isSuccess && !cart.isFetching);

  const showCart = (reason: Refusal) => {
    setFrozen(null);
    setRefusal(reason);
    cart.refetch();
  };
  const refuse = (attempted: Quote, failure: ApiError) => {
    const problem = failure.problem;
    switch (problem?.type.split(':').at(-1)) {
      case 'price-changed':
        setFrozen(requote(attempted, problem as PriceChanged));
        return setRefusal({ kind: 'priceChanged', oldTotal: attempted.total });
      case 'cart-changed':
        dispatch(shop.util.upsertQueryData('getCart', undefined, (problem as CartChanged).cart) as never);
        return showCart({ kind: 'cartChanged' });
      case 'out-of-stock':
        return showCart(outOfStock(attempted, problem as OutOfStock));
      case 'stock-elsewhere':
        return setRefusal({ kind: 'stockElsewhere' });
    }
    if (failure.status === 422 || failure.status === 404) return showCart({ kind: 'cartChanged' });
    setRefusal({ kind: 'failed', error: failure });
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
