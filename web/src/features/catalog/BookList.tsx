import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import type { SearchResult } from '../../api/generated';
import { useFormatter } from '../../lib/format';
import { BookTile } from './BookTile';
import { useCategoryName } from './category';
import { FilterPanel } from './FilterPanel';
import { Pagination } from './Pagination';
import { type Filters, ON_A_PAGE, queryOf, SORTS, type Sort } from './searchParams';

/** With a text, the API counts no further. */
const MOST_COUNTED = 5000;

interface BookListProps {
  path: string;
  filters: Filters;
  result: SearchResult;
  /** The category is part of the path. */
  isCategory?: boolean;
}

/** Filters that are set, each with a link that removes it. */
function ActiveFilters({ path, filters, currency }: { path: string; filters: Filters; currency: string }) {
  const { t } = useTranslation();
  const format = useFormatter();
  const nameOf = useCategoryName();
  const { category, author, language, minPrice, maxPrice, publishedFrom, publishedTo } = filters;
  const active: [string, Partial<Filters>][] = [];
  if (category) active.push([nameOf(category), { category: undefined }]);
  if (author) active.push([author, { author: undefined }]);
  if (language) active.push([format.languageName(language), { language: undefined }]);
  if (minPrice !== undefined || maxPrice !== undefined) {
    const from = format.money(minPrice ?? 0, currency);
    const to = maxPrice === undefined ? '' : format.money(maxPrice, currency);
    active.push([`${from} – ${to}`, { minPrice: undefined, maxPrice: undefined }]);
  }
  if (publishedFrom !== undefined || publishedTo !== undefined)
    active.push([
      `${publishedFrom ?? ''} – ${publishedTo ?? ''}`,
      { publishedFrom: undefined, publishedTo: undefined },
    ]);
  if (active.length === 0) return null;
  return (
    <ul className="active-filters" aria-label={t('search.active')}>
      {active.map(([label, change]) => (
        <li key={label}>
          <Link to={path + queryOf(filters, change)} aria-label={t('search.remove', { filter: label })}>
            {label} <span aria-hidden="true">×</span>
          </Link>
        </li>
      ))}
    </ul>
  );
}

function SortSelect({ path, filters }: { path: string; filters: Filters }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const id = useId();
  const initial: Sort = filters.q ? 'relevance' : 'rating';
  const choices = SORTS.filter((sort) => sort !== 'relevance' || filters.q);
  return (
    <p className="sort">
      <label htmlFor={id}>{t('search.sort')}</label>
      <select
        id={id}
        className="form-control"
        value={filters.sort ?? initial}
        onChange={({ target }) => {
          const sort = target.value as Sort;
          navigate(path + queryOf(filters, { sort: sort === initial ? undefined : sort }));
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
export function BookList({ path, filters, result, isCategory = false }: BookListProps) {
  const { t } = useTranslation();
  const format = useFormatter();
  const { items, total, facets } = result;
  const currency = items[0]?.currency ?? 'EUR';
  const isCapped = filters.q !== undefined && total >= MOST_COUNTED;
  const pages = Math.ceil(total / ON_A_PAGE);
  return (
    <div className="book-list">
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
