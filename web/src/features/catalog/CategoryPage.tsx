import { useTranslation } from 'react-i18next';
import { Link, useLocation, useParams, useSearchParams } from 'react-router';
import { asApiError, useListBooksQuery, useListCategoriesQuery } from '../../api/endpoints';
import type { Book } from '../../api/generated';
import { EmptyState } from '../../components/EmptyState';
import { Icon } from '../../components/Icon';
import { Page } from '../../components/Page';
import { Problem } from '../../components/Problem';
import { TilesSkeleton } from '../../components/Skeletons';
import { useFormatter } from '../../lib/format';
import { BookTile } from './BookTile';
import { categoryPath, useCategoryName } from './category';

const ON_A_PAGE = 12;

/** The cursors of the pages before this one: the API's cursors only lead forward. */
interface Trail {
  before: string[];
}

function Pager({ path, cursor, next }: { path: string; cursor: string | null; next: string | null }) {
  const { t } = useTranslation();
  const before = (useLocation().state as Trail | null)?.before ?? [];
  const here = cursor ?? '';
  const to = (after: string) => (after ? `${path}?after=${encodeURIComponent(after)}` : path);
  if (cursor === null && next === null) return null;
  return (
    <nav className="pager" aria-label={t('catalog.pages')}>
      {cursor !== null && (
        <Link
          to={to(before.at(-1) ?? '')}
          state={{ before: before.slice(0, -1) } satisfies Trail}
          className="btn btn-outline-dark"
        >
          <Icon name="back" /> {before.length > 0 ? t('catalog.previous') : t('catalog.first')}
        </Link>
      )}
      {next !== null && (
        <Link
          to={to(next)}
          state={{ before: [...before, here] } satisfies Trail}
          className="btn btn-outline-dark next"
        >
          {t('catalog.next')} <Icon name="arrow" />
        </Link>
      )}
    </nav>
  );
}

function Grid({ books }: { books: Book[] }) {
  return (
    <div className="grid">
      {books.map((book) => (
        <BookTile key={book.id} book={book} />
      ))}
    </div>
  );
}

function UnknownCategory() {
  const { t } = useTranslation();
  return (
    <Page title={t('catalog.unknown.title')}>
      <EmptyState
        title={t('catalog.unknown.title')}
        text={t('catalog.unknown.text')}
        to="/"
        action={t('common.home')}
      />
    </Page>
  );
}

function UnknownPage({ category }: { category: string }) {
  const { t } = useTranslation();
  return (
    <Page title={t('catalog.badPage.title')}>
      <EmptyState
        title={t('catalog.badPage.title')}
        text={t('catalog.badPage.text')}
        to={categoryPath(category)}
        action={t('catalog.first')}
      />
    </Page>
  );
}

function Category({ category, cursor }: { category: string; cursor: string | null }) {
  const { t } = useTranslation();
  const format = useFormatter();
  const nameOf = useCategoryName();
  const { data, error, refetch } = useListBooksQuery({
    category,
    limit: ON_A_PAGE,
    cursor: cursor ?? undefined,
  });
  const categories = useListCategoriesQuery().data?.items;
  const count = categories?.find(({ name }) => name === category)?.count;
  const failure = error && !data ? asApiError(error) : null;
  if (categories && count === undefined && data?.items.length === 0) return <UnknownCategory />;
  if (failure?.status === 400 && cursor !== null) return <UnknownPage category={category} />;
  const heading = (
    <div className="category-head">
      <h1 className="page-title" tabIndex={-1}>
        {nameOf(category)}
      </h1>
      <p className="muted">
        {count === undefined ? '\u00a0' : t('catalog.count', { count, number: format.number(count) })}
      </p>
    </div>
  );
  return (
    <Page title={nameOf(category)} heading={heading}>
      <h2 className="visually-hidden">{t('catalog.books')}</h2>
      {!data && !error && <TilesSkeleton count={ON_A_PAGE} />}
      {failure && <Problem error={failure} onRetry={refetch} />}
      {data && data.items.length > 0 && <Grid books={data.items} />}
      {data?.items.length === 0 && (
        <EmptyState
          title={t('catalog.empty.title')}
          text={t('catalog.empty.text')}
          to="/"
          action={t('common.home')}
        />
      )}
      {data && <Pager path={categoryPath(category)} cursor={cursor} next={data.nextCursor} />}
    </Page>
  );
}

export default function CategoryPage() {
  const { name = '' } = useParams();
  const [search] = useSearchParams();
  const cursor = search.get('after');
  return <Category key={`${name} ${cursor}`} category={name} cursor={cursor} />;
}
