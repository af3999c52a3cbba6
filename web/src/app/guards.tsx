import type { ReactNode } from 'react';
import { Navigate, useLocation } from 'react-router';
import { LinesSkeleton } from '../components/Skeletons';
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
