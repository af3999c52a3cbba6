import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { EmptyState } from '../../components/EmptyState';
import { Icon } from '../../components/Icon';
import { ActiveFilters } from './ActiveFilters';
import { type Filters, queryOf } from './searchParams';

interface NoBooksProps {
  path: string;
  filters: Filters;
  /** Results on all pages. */
  total: number;
}

/** Replaces a list without books: the search finds nothing, or it has no such page. */
export function NoBooks({ path, filters, total }: NoBooksProps) {
  const { t } = useTranslation();
  if (total > 0)
    return (
      <EmptyState
        title={t('catalog.badPage.title')}
        text={t('catalog.badPage.text')}
        to={path + queryOf(filters)}
        action={t('catalog.first')}
      />
    );
  const { q } = filters;
  const hasFilters = queryOf(filters, { q: undefined, sort: undefined }) !== '';
  return (
    <div className="empty">
      <p className="empty-title">{t('search.empty.title')}</p>
      <p className="muted">{t('search.empty.text')}</p>
      <ActiveFilters path={path} filters={filters} currency="EUR" />
      {hasFilters && (
        <Link to={path + queryOf({ q })} className="btn btn-primary">
          {t('search.empty.clear')}
        </Link>
      )}
      <Link to="/bestsellers" className="btn btn-outline-dark">
        {t('bestsellers.title')} <Icon name="arrow" />
      </Link>
    </div>
  );
}
