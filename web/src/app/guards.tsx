import type { ReactNode } from 'react';
import { useSelector } from 'react-redux';
import { Navigate, useLocation } from 'react-router';
import { LinesSkeleton } from '../components/Skeletons';
import { isMerging } from '../features/cart/guestCart';
import { useSession } from '../lib/session';
import { useNext } from '../lib/useNext';

/** Pages of the signed-in shopper; anyone else signs in first and comes back. */
export function ShopperOnly({ children }: { children: ReactNode }) {
  const { status } = useSession();
  const { pathname } = useLocation();
  if (status === 'starting') return <LinesSkeleton />;
  if (status === 'guest') return <Navigate to={`/sign-in?next=${encodeURIComponent(pathname)}`} replace />;
  return children;
}

/** Ways in; whoever is in goes where they wanted to go. */
export function GuestOnly({ children }: { children: ReactNode }) {
  const { status } = useSession();
  const next = useNext();
  return status === 'shopper' ? <Navigate to={next} replace /> : children;
}

/** A page that needs the whole cart waits until what was picked before signing in has arrived there. */
export function WholeCart({ children }: { children: ReactNode }) {
  return useSelector(isMerging) ? <LinesSkeleton /> : children;
}
