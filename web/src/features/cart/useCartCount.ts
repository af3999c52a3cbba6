import { useSelector } from 'react-redux';
import { useGetCartQuery } from '../../api/endpoints';
import { useSession } from '../../lib/session';
import type { GuestCartRoot } from './guestCart';

/** Number of books in the cart, without a request for a guest's prices. */
export function useCartCount(): number {
  const session = useSession();
  const guest = useSelector((state: GuestCartRoot) => state.guestCart.lines);
  const { data } = useGetCartQuery(undefined, { skip: session.status !== 'shopper' });
  const lines = session.status === 'shopper' ? (data?.items ?? []) : guest;
  return lines.reduce((sum, line) => sum + line.quantity, 0);
}
