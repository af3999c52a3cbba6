import { useTranslation } from 'react-i18next';
import { failureOf, useListBestsellersQuery } from '../../api/endpoints';
import { EmptyState } from '../../components/EmptyState';
import { Page } from '../../components/Page';
import { Problem } from '../../components/Problem';
import { TilesSkeleton } from '../../components/Skeletons';
import { useFormatter } from '../../lib/format';
import { BookTile } from './BookTile';

export default function BestsellersPage() {
  const { t } = useTranslation();
  const format = useFormatter();
  const query = useListBestsellersQuery({}, { refetchOnMountOrArgChange: true });
  const { data, refetch } = query;
  const failure = failureOf(query);
  const heading = (
    <div className="category-head">
      <h1 className="page-title" tabIndex={-1}>
        {t('bestsellers.title')}
      </h1>
      <p className="muted">
        {data
          ? t(data.stale ? 'bestsellers.stale' : 'bestsellers.asOf', { time: format.moment(data.asOf) })
          : '\u00a0'}
      </p>
    </div>
  );
  return (
    <Page title={t('bestsellers.title')} heading={heading}>
      <h2 className="visually-hidden">{t('catalog.books')}</h2>
      {!data && !failure && <TilesSkeleton count={12} />}
      {failure && !data && <Problem error={failure} onRetry={refetch} />}
      {data && data.items.length > 0 && (
        <div className="grid">
          {data.items.map(({ book, rank, sold }) => (
            <BookTile key={book.id} book={book} rank={rank} sold={sold} />
          ))}
        </div>
      )}
      {data?.items.length === 0 && (
        <EmptyState
          title={t('bestsellers.empty.title')}
          text={t(data.stale ? 'bestsellers.stale' : 'bestsellers.empty.text')}
          to="/"
          action={t('common.home')}
        />
      )}
    </Page>
  );
}
