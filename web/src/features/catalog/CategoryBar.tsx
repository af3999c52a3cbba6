import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { NavLink, useLocation } from 'react-router';
import { useListCategoriesQuery } from '../../api/endpoints';
import { categoryPath, useCategoryName } from './category';

/** Part of a name's width that is enough to read it. */
const VISIBLE = 0.95;

/** All categories on one line, which scrolls sideways if it is too long. */
export function CategoryBar() {
  const { t } = useTranslation();
  const nameOf = useCategoryName();
  const { data } = useListCategoriesQuery();
  const { pathname } = useLocation();
  const list = useRef<HTMLUListElement>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the active link changes with the address and with the list
  useEffect(() => {
    const here = list.current?.querySelector<HTMLElement>('.active');
    if (list.current && here)
      list.current.scrollLeft = here.offsetLeft - (list.current.clientWidth - here.offsetWidth) / 2;
  }, [pathname, data]);

  // Fades an end that has more categories, so that no name looks cut.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the first and last item change with the list
  useEffect(() => {
    const bar = list.current;
    if (!bar) return;
    const mark = (entries: IntersectionObserverEntry[]) => {
      for (const { target, intersectionRatio } of entries) {
        if (target === bar.firstElementChild)
          bar.classList.toggle('more-before', intersectionRatio < VISIBLE);
        if (target === bar.lastElementChild) bar.classList.toggle('more-after', intersectionRatio < VISIBLE);
      }
    };
    const observer = new IntersectionObserver(mark, { root: bar, threshold: VISIBLE });
    for (const end of [bar.firstElementChild, bar.lastElementChild]) if (end) observer.observe(end);
    return () => observer.disconnect();
  }, [data]);

  return (
    <nav className="category-bar" aria-label={t('nav.categories')}>
      <ul ref={list}>
        <li>
          <NavLink to="/bestsellers" className="category-best">
            {t('bestsellers.title')}
          </NavLink>
        </li>
        {data?.items.map(({ name }) => (
          <li key={name}>
            <NavLink to={categoryPath(name)}>{nameOf(name)}</NavLink>
          </li>
        ))}
      </ul>
    </nav>
  );
}
