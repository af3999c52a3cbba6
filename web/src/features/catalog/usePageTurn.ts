import { useLayoutEffect, useRef } from 'react';
import { useNavigationType } from 'react-router';
import { type Filters, queryOf } from './searchParams';

/**
 * Shows the beginning of the page, and moves the focus to its heading, when only the page number changes. Other changes
 * update the list in place, so that a sort order or a filter that was just chosen keeps the focus.
 */
export function usePageTurn(filters: Filters): void {
  const navigation = useNavigationType();
  const shown = useRef(filters);
  useLayoutEffect(() => {
    const before = shown.current;
    shown.current = filters;
    if (before.page === filters.page || queryOf(before) !== queryOf(filters)) return;
    if (navigation !== 'POP') window.scrollTo(0, 0);
    document.querySelector('h1')?.focus({ preventScroll: true });
  });
}
