import { useEffect, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import type { SearchResult } from '../../api/generated';
import { useFormatter } from '../../lib/format';
import { ActiveFilters } from './ActiveFilters';
import { BookTile } from './BookTile';
import { FilterPanel } from './FilterPanel';
import { Pagination } from './Pagination';
import { type Filters, LAST_PAGE, ON_A_PAGE, queryOf, SORTS, type Sort } from './searchParams';

/** With a text, the API counts no further. */
const MAX_COUNTED = 5000;

interface BookListProps {
  path: string;
  filters: Filters;
  result: SearchResult;
  /** The result of these filters is being read, and that of others is shown. */
  isBusy: boolean;
  /** The category is part of the path. */
  isCategory?: boolean;
}

function SortSelect({ path, filters }: { path: string; filters: Filters }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const id = useId();
  const initial: Sort = filters.q ? 'relevance' : 'rating';
  const given = filters.sort ?? initial;
  // Shows the choice at once: a next arrow key may come before the router has rendered the new address.
  const [chosen, setChosen] = useState(given);
  useEffect(() => setChosen(given), [given]);
  const choices = SORTS.filter((sort) => sort !== 'relevance' || filters.q);
  return (
    <p className="sort">
      <label htmlFor={id}>{t('search.sort')}</label>
      <select
        id={id}
        className="form-control"
        value={chosen}
        onChange={({ target }) => {
          const sort = target.value as Sort;
          setChosen(sort);
          // In some browsers each arrow key chooses: not an entry of the history for each.
          navigate(path + queryOf(filters, { sort: sort === initial ? undefined : sort }), { replace: true });
        }}
      >
        {choices.map((sort) => (
          <option key={sort} value={sort}>
            {t(`search.sorts.${sort}`)}
          </option>
        ))}
      </select>
    </p>
  );
}

/** Books of a search or a category, with filters, sort and page numbers. */
export function BookList({ path, filters, result, isBusy, isCategory = false }: BookListProps) {
  const { t } = useTranslation();
  const format = useFormatter();
  const { items, total, facets } = result;
  const currency = items[0]?.currency ?? 'EUR';
  const isCapped = filters.q !== undefined && total >= MAX_COUNTED;
  const pages = Math.min(Math.ceil(total / ON_A_PAGE), LAST_PAGE);
  return (
    <div className="book-list" aria-busy={isBusy}>
      <div className="book-list-head">
        <p className="muted" role="status">
          {t(isCapped ? 'search.countMany' : 'search.count', { count: total, number: format.number(total) })}
        </p>
        <SortSelect path={path} filters={filters} />
      </div>
      <ActiveFilters path={path} filters={filters} currency={currency} />
      <details className="filter-fold">
        <summary>{t('search.filter')}</summary>
        <FilterPanel
          path={path}
          filters={filters}
          facets={facets}
          currency={currency}
          isCategory={isCategory}
        />
      </details>
      <div>
        <h2 className="visually-hidden">{t('catalog.books')}</h2>
        <div className="grid">
          {items.map((book) => (
            <BookTile key={book.id} book={book} />
          ))}
        </div>
        <Pagination
          page={filters.page ?? 1}
          pages={pages}
          to={(page) => path + queryOf(filters, { page: page > 1 ? page : undefined })}
        />
      </div>
    </div>
  );
}
