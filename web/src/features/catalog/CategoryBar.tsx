import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { NavLink, useLocation } from 'react-router';
import { useListCategoriesQuery } from '../../api/endpoints';
import { categoryPath, useCategoryName } from './category';

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
  useEffect(() => {
    const bar = list.current;
    if (!bar) return;
    const mark = () => {
      bar.classList.toggle('more-before', bar.scrollLeft > 4);
      bar.classList.toggle('more-after', bar.scrollLeft + bar.clientWidth < bar.scrollWidth - 4);
    };
    mark();
    bar.addEventListener('scroll', mark, { passive: true });
    window.addEventListener('resize', mark);
    return () => {
      bar.removeEventListener('scroll', mark);
      window.removeEventListener('resize', mark);
    };
  });

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
