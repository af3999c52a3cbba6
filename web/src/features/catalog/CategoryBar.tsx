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
