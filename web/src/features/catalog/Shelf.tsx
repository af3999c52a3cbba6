import { type ReactNode, useDeferredValue } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import {
  type Dispatch,
  failureOf,
  LIST,
  shop,
  useListBestsellersQuery,
  useListBooksQuery,
} from '../../api/endpoints';
import type { Bestseller, Book } from '../../api/generated';
import { Icon } from '../../components/Icon';
import { Problem } from '../../components/Problem';
import { TilesSkeleton } from '../../components/Skeletons';
import { useSeen } from '../../lib/useSeen';
import { BookTile } from './BookTile';
import { categoryPath, useCategoryName } from './category';

/** The home page's HTML starts the read of the bestsellers (`lambda_src/pages/logic.py`). */
const ON_A_SHELF = 6;
const BESTSELLERS = { limit: ON_A_SHELF };

interface ShelfProps {
  title: string;
  to?: string;
  more?: string;
  note?: string;
  children: ReactNode;
}

/** A row of books with a heading and a link to all of them. */
export function Shelf({ title, to, more, note, children }: ShelfProps) {
  return (
    <section className="shelf" aria-label={title}>
      <div className="shelf-head">
        <h2>{title}</h2>
        {note && <p className="muted">{note}</p>}
        {to && more && (
          <Link to={to} className="shelf-more" aria-label={`${more}: ${title}`}>
            {more} <Icon name="arrow" />
          </Link>
        )}
      </div>
      {children}
    </section>
  );
}

/** Tiles in a row, which scrolls on narrow screens. */
export function Books({ books }: { books: Book[] }) {
  return (
    <div className="row-of-books">
      {books.map((book) => (
        <BookTile key={book.id} book={book} />
      ))}
    </div>
  );
}

function Ranked({ ranking }: { ranking: Bestseller[] }) {
  return (
    <div className="row-of-books">
      {ranking.map(({ book, rank, sold }) => (
        <BookTile key={book.id} book={book} rank={rank} sold={sold} />
      ))}
    </div>
  );
}

/** The best rated books of a category, requested when the shelf comes near the viewport. */
export function CategoryShelf({ category, except }: { category: string; except?: string }) {
  const { t } = useTranslation();
  const nameOf = useCategoryName();
  const [place, seen] = useSeen<HTMLDivElement>();
  const query = useListBooksQuery({ category, limit: ON_A_SHELF + 1 }, { ...LIST, skip: !seen });
  const failure = failureOf(query);
  const books = useDeferredValue(query.data)
    ?.items.filter((book) => book.id !== except)
    .slice(0, ON_A_SHELF);
  const title = except ? t('book.more', { category: nameOf(category) }) : nameOf(category);
  return (
    <div ref={place}>
      <Shelf title={title} to={categoryPath(category)} more={t('catalog.seeAll')}>
        {books && <Books books={books} />}
        {!books && !failure && <TilesSkeleton count={seen ? ON_A_SHELF : 1} className="row-of-books" />}
        {failure && !books && <Problem error={failure} onRetry={query.refetch} />}
      </Shelf>
    </div>
  );
}

/** Starts the read of the best sellers. */
export function readBestsellers(dispatch: Dispatch): Promise<unknown> {
  return dispatch(shop.endpoints.listBestsellers.initiate(BESTSELLERS));
}

/** The best sellers; the best rated books while there are none. */
export function BestsellerShelf() {
  const { t } = useTranslation();
  const ranking = useListBestsellersQuery(BESTSELLERS, { refetchOnMountOrArgChange: 10 });
  // After a failed request the list that was read before is still shown.
  const unsold = ranking.data ? ranking.data.items.length === 0 : ranking.isError;
  const rated = useListBooksQuery({ limit: ON_A_SHELF }, { ...LIST, skip: !unsold });
  const failure = failureOf(rated);
  const sold = useDeferredValue(ranking.data?.items) ?? [];
  const best = useDeferredValue(rated.data?.items);
  const shown = sold.length > 0 || best;
  return (
    <Shelf
      title={unsold ? t('catalog.bestRated') : t('bestsellers.title')}
      to="/bestsellers"
      more={t('bestsellers.top20')}
      note={ranking.data?.stale ? t('bestsellers.stale') : undefined}
    >
      {sold.length > 0 && <Ranked ranking={sold} />}
      {sold.length === 0 && best && <Books books={best} />}
      {!shown && !failure && <TilesSkeleton count={ON_A_SHELF} className="row-of-books" />}
      {!shown && failure && <Problem error={failure} onRetry={rated.refetch} />}
    </Shelf>
  );
}
