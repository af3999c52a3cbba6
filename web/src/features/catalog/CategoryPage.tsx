import { type ReactNode, useDeferredValue } from 'react';
import { useTranslation } from 'react-i18next';
import { matchPath, useParams, useSearchParams } from 'react-router';
import {
  type Dispatch,
  failureOf,
  LIST,
  shop,
  useListBooksQuery,
  useListCategoriesQuery,
} from '../../api/endpoints';
import { EmptyState } from '../../components/EmptyState';
import { Page } from '../../components/Page';
import { Problem } from '../../components/Problem';
import { TilesSkeleton } from '../../components/Skeletons';
import { BookList } from './BookList';
import { BookTile } from './BookTile';
import { categoryPath, useCategoryName } from './category';
import { NoBooks } from './NoBooks';
import { type Filters, filtersOf, ON_A_PAGE } from './searchParams';
import { usePageTurn } from './usePageTurn';
import { useShownBooks } from './useShownBooks';

/** Filters of an address, without the category, which is part of the path. */
function readFilters(search: URLSearchParams): Filters {
  const { category: _fromAddress, ...filters } = filtersOf(search);
  return filters;
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

/** A sentence about the category; one that suits any category if the catalog has others than the shop's texts. */
function Introduction({ category }: { category: string }) {
  const { t } = useTranslation();
  const own: Partial<Record<string, string>> = t('catalog.introductions', { returnObjects: true });
  return <p className="lead">{own[category] ?? t('catalog.introduction')}</p>;
}

/** The best rated books, without filters: browsing works while no region can search. */
function BestRated({ category }: { category: string }) {
  const query = useListBooksQuery({ category, limit: 100 }, LIST);
  const { data, refetch } = query;
  const failure = failureOf(query);
  if (data) {
    return (
      <div className="grid">
        {data.items.map((book) => (
          <BookTile key={book.id} book={book} />
        ))}
      </div>
    );
  }
  return failure ? <Problem error={failure} onRetry={refetch} /> : <TilesSkeleton count={12} />;
}

function Category({ category, filters }: { category: string; filters: Filters }) {
  const nameOf = useCategoryName();
  const { data: found, failure, isFetching } = useShownBooks({ ...filters, category });
  const data = useDeferredValue(found);
  usePageTurn(filters);
  const categories = useListCategoriesQuery().data?.items;
  const isKnown = categories?.some(({ name }) => name === category);
  const path = categoryPath(category);
  if (categories && !isKnown && (failure || data?.total === 0)) return <UnknownCategory />;

  let books: ReactNode = <TilesSkeleton count={12} />;
  if (data && data.items.length > 0)
    books = <BookList path={path} filters={filters} result={data} isBusy={isFetching} isCategory />;
  else if (data) books = <NoBooks path={path} filters={filters} total={data.total} />;
  else if (failure) books = <BestRated category={category} />;
  return (
    <Page title={nameOf(category)}>
      <Introduction category={category} />
      {books}
    </Page>
  );
}

/** Starts the reads of the category at the browser's address, as the page's HTML does (`lambda_src/pages/logic.py`). */
export function readFirst(dispatch: Dispatch): Promise<unknown>[] {
  const { pathname, search } = window.location;
  const category = decodeURIComponent(matchPath('/category/:name', pathname)?.params.name ?? '');
  const filters = { ...readFilters(new URLSearchParams(search)), category, limit: ON_A_PAGE };
  return [
    dispatch(shop.endpoints.listCategories.initiate()),
    dispatch(shop.endpoints.searchBooks.initiate(filters)),
  ];
}

export default function CategoryPage() {
  const { name = '' } = useParams();
  const [search] = useSearchParams();
  const filters = readFilters(search);
  return <Category key={name} category={name} filters={filters} />;
}
