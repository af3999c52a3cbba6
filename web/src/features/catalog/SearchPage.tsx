import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import { Page } from '../../components/Page';
import { Problem } from '../../components/Problem';
import { TilesSkeleton } from '../../components/Skeletons';
import { BookList } from './BookList';
import { NoBooks } from './NoBooks';
import { type Filters, filtersOf, queryOf } from './searchParams';
import { usePageTurn } from './usePageTurn';
import { useShownBooks } from './useShownBooks';

const PATH = '/search';

function Results({ filters }: { filters: Filters }) {
  const { t } = useTranslation();
  const { data, failure, isFetching, refetch } = useShownBooks(filters);
  usePageTurn(filters);
  const { q, author } = filters;
  const title = q ? t('search.titleFor', { text: q }) : (author ?? t('search.title'));
  return (
    <Page title={title} className="search-page">
      {!data && !failure && <TilesSkeleton count={12} />}
      {failure && !data && <Problem error={failure} onRetry={refetch} />}
      {data?.didYouMean && q && (
        <p className="did-you-mean" role="status">
          {t('search.corrected', { text: q })}{' '}
          <Link to={PATH + queryOf(filters, { q: data.didYouMean })}>{data.didYouMean}</Link>
        </p>
      )}
      {data && data.items.length > 0 && (
        <BookList path={PATH} filters={filters} result={data} isBusy={isFetching} />
      )}
      {data?.items.length === 0 && <NoBooks path={PATH} filters={filters} total={data.total} />}
    </Page>
  );
}

export default function SearchPage() {
  const [search] = useSearchParams();
  const filters = filtersOf(search);
  // Another heading is another page.
  return <Results key={filters.q ?? filters.author} filters={filters} />;
}
