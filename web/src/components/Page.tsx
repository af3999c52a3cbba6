import { type ReactNode, useEffect, useLayoutEffect, useRef } from 'react';
import { useNavigationType } from 'react-router';

export const SHOP = 'Meridian Books';

interface PageProps {
  /** The page's heading and, with the shop's name, the document's title. */
  title: string;
  /** What stands in for the heading, where the page draws its own. */
  heading?: ReactNode;
  className?: string;
  children: ReactNode;
}

let first = true;

/** A page of the shop: titles the document and, on every navigation but the first, moves the focus to its heading. */
export function Page({ title, heading, className = '', children }: PageProps) {
  const top = useRef<HTMLDivElement>(null);
  const navigation = useNavigationType();

  useEffect(() => {
    document.title = title === SHOP ? SHOP : `${title} · ${SHOP}`;
  }, [title]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: once a page, and before anybody can press a key on it
  useLayoutEffect(() => {
    if (!first) {
      if (navigation !== 'POP') window.scrollTo(0, 0);
      top.current?.querySelector('h1')?.focus({ preventScroll: true });
    }
    first = false;
  }, []);

  return (
    <div ref={top} className={`page ${className}`}>
      {heading ?? (
        <h1 className="page-title" tabIndex={-1}>
          {title}
        </h1>
      )}
      {children}
    </div>
  );
}
