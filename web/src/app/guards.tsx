import type { ReactNode } from 'react';
import { useSelector } from 'react-redux';
import { Navigate, useLocation } from 'react-router';
import { LinesSkeleton } from '../components/Skeletons';
import { isMerging } from '../features/cart/guestCart';
import { useSession } from '../lib/session';
import { useNext } from '../lib/useNext';

/** For signed-in shoppers. A guest is sent to the sign-in page and back. */
export function ShopperOnly({ children }: { children: ReactNode }) {
  const { status } = useSession();
  const { pathname } = useLocation();
  if (status === 'starting') return <LinesSkeleton />;
  if (status === 'guest') return <Navigate to={`/sign-in?next=${encodeURIComponent(pathname)}`} replace />;
  return children;
}

/** Sign-in pages. A signed-in shopper is sent on to the requested page. */
export function GuestOnly({ children }: { children: ReactNode }) {
  const { status } = useSession();
  const next = useNext();
  return status === 'shopper' ? <Navigate to={next} replace /> : children;
}

/** Waits until the guest's cart has been merged into the account's cart. */
export function WholeCart({ children }: { children: ReactNode }) {
  return useSelector(isMerging) ? <LinesSkeleton /> : children;
}
