import { type ReactNode, type RefObject, useEffect, useLayoutEffect, useRef } from 'react';
import { useNavigationType } from 'react-router';

export const SHOP = 'Meridian Books';

interface PageProps {
  /** Heading of the page, and first part of the document's title. */
  title: string;
  /** Replaces the heading, for a page that draws its own. */
  heading?: ReactNode;
  className?: string;
  children: ReactNode;
}

/** Does not scroll: a removed button should not move the page, and a navigation scrolls by itself. */
const focusHeading = (root: HTMLElement | null) => root?.querySelector('h1')?.focus({ preventScroll: true });

/** Moves the focus to the heading when the focused element is removed; otherwise it would fall back to the body. */
function useFocusKeeper(place: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const root = place.current;
    if (!root) return;
    let focused: EventTarget | null = null;
    const remember = ({ target }: FocusEvent) => {
      focused = target;
    };
    const observer = new MutationObserver(() => {
      const isLost = focused instanceof Element && !focused.isConnected;
      if (isLost && document.activeElement === document.body) focusHeading(root);
    });
    root.addEventListener('focusin', remember);
    observer.observe(root, { childList: true, subtree: true });
    return () => {
      root.removeEventListener('focusin', remember);
      observer.disconnect();
    };
  }, [place]);
}

/** Removes what the server says about the first page's address, which sharing and search engines would use for this one. */
function removeAddress(): void {
  const tags = 'link[rel=canonical], meta[name=robots], meta[property="og:url"]';
  for (const tag of document.head.querySelectorAll(tags)) tag.remove();
}

let first = true;

/** Sets the document's title and, on every navigation but the first, moves the focus to the heading. */
export function Page({ title, heading, className = '', children }: PageProps) {
  const top = useRef<HTMLDivElement>(null);
  const navigation = useNavigationType();

  useEffect(() => {
    document.title = title === SHOP ? SHOP : `${title} · ${SHOP}`;
  }, [title]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each page, before the next key press
  useLayoutEffect(() => {
    if (!first) {
      removeAddress();
      if (navigation !== 'POP') window.scrollTo(0, 0);
      focusHeading(top.current);
    }
    first = false;
  }, []);

  useFocusKeeper(top);

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
