import { useRef, useState } from 'react';
import type { ApiError } from '../../api/client';
import { asApiError, useGetCartQuery, usePlaceOrderMutation } from '../../api/endpoints';
import type { Order, PriceChanged } from '../../api/generated';
import { orderFor, type Quote, quoteOf, requote } from './quote';

export interface Purchase {
  /** Null until the cart is there. */
  quote: Quote | null;
  /** Whether the quote is what the shop says now, or stands still since it was first sent. */
  isCurrent: boolean;
  isPlacing: boolean;
  /** The total before it moved; null while it has not. */
  oldTotal: number | null;
  /** Whether the cart turned out to be another than the one shown, which is now shown instead. */
  cartChanged: boolean;
  /** Why the order was not placed. */
  error: ApiError | null;
  /** Why the cart is not there, or not the one of now. */
  loadError: ApiError | null;
  reload: () => void;
  /** Resolves to the order, or to null when it was not placed; the other fields then say why. */
  place: () => Promise<Order | null>;
}

/**
 * Buying what is on the screen, once.
 *
 * From the first attempt on the quote stands still, whatever the cart does: after an attempt whose outcome nobody
 * knows, the same key with the same lines is the only request that cannot order twice.
 */
export function usePurchase(): Purchase {
  const cart = useGetCartQuery(undefined, { refetchOnMountOrArgChange: true });
  const [send, { isLoading: isPlacing }] = usePlaceOrderMutation();
  const [frozen, setFrozen] = useState<Quote | null>(null);
  const [oldTotal, setOldTotal] = useState<number | null>(null);
  const [cartChanged, setCartChanged] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  const underWay = useRef(false);
  // An older cart stays on the screen while it is asked for anew, and so does what was typed beside it.
  const quote = frozen ?? (cart.data ? quoteOf(cart.data) : null);
  const loadError = cart.isError && !cart.isFetching && !frozen ? asApiError(cart.error) : null;
  const isCurrent = frozen !== null || (cart.isSuccess && !cart.isFetching);

  const refused = (attempted: Quote, failure: ApiError) => {
    if (failure.status === 409 && failure.problem && 'items' in failure.problem) {
      setOldTotal(attempted.total);
      setFrozen(requote(attempted, failure.problem as PriceChanged));
    } else if (failure.status === 422 || failure.status === 404) {
      setFrozen(null);
      setCartChanged(true);
      cart.refetch();
    } else {
      setError(failure);
    }
  };

  const place = async (): Promise<Order | null> => {
    if (!quote || !isCurrent || underWay.current) return null;
    underWay.current = true;
    setFrozen(quote);
    setOldTotal(null);
    setCartChanged(false);
    setError(null);
    try {
      return await send({ 'Idempotency-Key': quote.key, newOrder: orderFor(quote) }).unwrap();
    } catch (failure) {
      refused(quote, asApiError(failure));
      return null;
    } finally {
      underWay.current = false;
    }
  };

  return {
    quote,
    isCurrent,
    isPlacing,
    oldTotal,
    cartChanged,
    error,
    loadError,
    reload: cart.refetch,
    place,
  };
}
