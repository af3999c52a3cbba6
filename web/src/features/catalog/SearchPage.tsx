import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import { asApiError, useSearchBooksQuery } from '../../api/endpoints';
import { Icon } from '../../components/Icon';
import { Page } from '../../components/Page';
import { Problem } from '../../components/Problem';
import { TilesSkeleton } from '../../components/Skeletons';
import { BookList } from './BookList';
import { type Filters, filtersOf, ON_A_PAGE, queryOf } from './searchParams';

const PATH = '/search';

function NothingFound({ filters }: { filters: Filters }) {
  const { t } = useTranslation();
  const hasFilters = Object.keys(filters).some((name) => name !== 'q' && name !== 'sort');
  return (
    <div className="empty">
      <p className="empty-title">{t('search.empty.title')}</p>
      <p className="muted">{t('search.empty.text')}</p>
      {hasFilters && filters.q && (
        <Link to={PATH + queryOf({ q: filters.q })} className="btn btn-primary">
          {t('search.empty.clear')}
        </Link>
      )}
      <Link to="/bestsellers" className="btn btn-outline-dark">
        {t('bestsellers.title')} <Icon name="arrow" />
      </Link>
    </div>
  );
}

function Results({ filters }: { filters: Filters }) {
  const { t } = useTranslation();
  const { data, error, refetch } = useSearchBooksQuery({ ...filters, limit: ON_A_PAGE });
  const { q, author } = filters;
  const title = q ? t('search.titleFor', { text: q }) : (author ?? t('search.title'));
  return (
    <Page title={title} className="search-page">
      {!data && !error && <TilesSkeleton count={12} />}
      {error && !data && <Problem error={asApiError(error)} onRetry={refetch} />}
      {data?.didYouMean && q && (
        <p className="did-you-mean" role="status">
          {t('search.corrected', { text: q })}{' '}
          <Link to={PATH + queryOf(filters, { q: data.didYouMean })}>{data.didYouMean}</Link>
        </p>
      )}
      {data && data.items.length > 0 && <BookList path={PATH} filters={filters} result={data} />}
      {data?.items.length === 0 && <NothingFound filters={filters} />}
    </Page>
  );
}

export default function SearchPage() {
  const [search] = useSearchParams();
  const filters = filtersOf(search);
  return <Results key={search.toString()} filters={filters} />;
}
