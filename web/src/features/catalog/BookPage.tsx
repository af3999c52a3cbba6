import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, matchPath, useParams } from 'react-router';
import { type Dispatch, failureOf, shop, useGetBookQuery } from '../../api/endpoints';
import type { Book } from '../../api/generated';
import { Cover } from '../../components/Cover';
import { EmptyState } from '../../components/EmptyState';
import { Page } from '../../components/Page';
import { Problem } from '../../components/Problem';
import { Loading } from '../../components/Skeletons';
import { Stars } from '../../components/Stars';
import { StockNote } from '../../components/StockNote';
import { languageTag, useFormatter } from '../../lib/format';
import { Authors } from './Authors';
import { categoryPath, useCategoryName } from './category';
import { RelatedShelf } from './RelatedShelf';
import { CategoryShelf } from './Shelf';

/** Descriptions of the catalog are in English, also of books in other languages. */
const DESCRIPTION_LANGUAGE = 'en';

interface BookPageProps {
  /** The controls that add the book to the cart. */
  buy: (book: Book) => ReactNode;
  /** Sections below the book. */
  related: (book: Book) => ReactNode;
}

function Facts({ book }: { book: Book }) {
  const { t } = useTranslation();
  const format = useFormatter();
  const nameOf = useCategoryName();
  const year = book.publishedYear;
  return (
    <dl className="facts">
      <div>
        <dt>{t('book.category')}</dt>
        <dd>
          <Link to={categoryPath(book.category)}>{nameOf(book.category)}</Link>
        </dd>
      </div>
      {year !== null && (
        <div>
          <dt>{t('book.published')}</dt>
          <dd>{year < 0 ? t('book.beforeOurEra', { year: -year }) : year}</dd>
        </div>
      )}
      {book.language && (
        <div>
          <dt>{t('book.language')}</dt>
          <dd>{format.languageName(book.language)}</dd>
        </div>
      )}
    </dl>
  );
}

function BookView({ book, buy, related }: BookPageProps & { book: Book }) {
  const { t } = useTranslation();
  const format = useFormatter();
  const heading = (
    <div className="book">
      <div className="book-stage">
        <Cover book={book} />
      </div>
      <div className="book-text">
        <h1 tabIndex={-1} lang={languageTag(book.language)}>
          {book.title}
        </h1>
        <Authors author={book.author} />
        <Stars rating={book.rating} count={book.ratingsCount} />
        <p className="book-price">{format.money(book.price, book.currency)}</p>
        <StockNote stock={book.stock} />
        {buy(book)}
        {book.description ? (
          <p className="book-description" lang={DESCRIPTION_LANGUAGE}>
            {book.description}
          </p>
        ) : (
          <p className="book-description">{t('book.noDescription')}</p>
        )}
        <Facts book={book} />
      </div>
    </div>
  );
  return (
    <Page title={book.title} heading={heading}>
      <CategoryShelf category={book.category} except={book.id} />
      <RelatedShelf bookId={book.id} />
      {related(book)}
    </Page>
  );
}

function BookSkeleton() {
  return (
    <>
      <Loading />
      <div className="book" aria-hidden="true">
        <div className="book-stage">
          <div className="cover skeleton" />
        </div>
        <div className="book-text skeleton">
          <div className="bone tall" />
          <div className="bone short" />
          <div className="bone" />
          <div className="bone" />
        </div>
      </div>
    </>
  );
}

/** Starts the reads of the book at the browser's address, as the page's HTML does (`lambda_src/pages/logic.py`). */
export function readFirst(dispatch: Dispatch): Promise<unknown>[] {
  const bookId = matchPath('/books/:bookId', window.location.pathname)?.params.bookId ?? '';
  return [
    dispatch(shop.endpoints.listCategories.initiate()),
    dispatch(shop.endpoints.getBook.initiate({ bookId })),
  ];
}

export default function BookPage(props: BookPageProps) {
  const { t } = useTranslation();
  const { bookId = '' } = useParams();
  const query = useGetBookQuery({ bookId });
  const book = query.currentData;
  const failure = failureOf(query);
  if (book) return <BookView key={book.id} book={book} {...props} />;
  if (!failure) return <BookSkeleton />;
  const unknown = failure.status === 404 || failure.status === 400;
  return (
    <Page title={unknown ? t('book.unknown.title') : t('problem.shop.title')}>
      {unknown ? (
        <EmptyState
          title={t('book.unknown.title')}
          text={t('book.unknown.text')}
          to="/"
          action={t('common.home')}
        />
      ) : (
        <Problem error={failure} onRetry={query.refetch} />
      )}
    </Page>
  );
}
