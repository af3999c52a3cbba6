import { useTranslation } from 'react-i18next';
import { NavLink } from 'react-router';
import { useListCategoriesQuery } from '../../api/shop';
import { categoryPath, useCategoryName } from './category';

/** All categories on one line that scrolls sideways where it does not fit. */
export function CategoryBar() {
  const { t } = useTranslation();
  const nameOf = useCategoryName();
  const { data } = useListCategoriesQuery();
  return (
    <nav className="category-bar" aria-label={t('nav.categories')}>
      <ul>
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
