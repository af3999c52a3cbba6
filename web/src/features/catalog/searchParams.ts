import type { SearchBooksApiArg } from '../../api/generated';

/** Results on a page. A category's HTML starts this read (`lambda_src/pages/logic.py`). */
export const ON_A_PAGE = 24;
/** The API refuses pages that start behind the first 10,000 results. */
export const LAST_PAGE = Math.ceil(10_000 / ON_A_PAGE);
export const SORTS = ['relevance', 'rating', 'price', '-price', 'newest', 'title'] as const;
export type Sort = (typeof SORTS)[number];

const TEXTS = ['q', 'category', 'author', 'language'] as const;
const NUMBERS = ['minPrice', 'maxPrice', 'publishedFrom', 'publishedTo'] as const;

/** Filters of a search, as the address of the page has them. */
export type Filters = Omit<SearchBooksApiArg, 'limit' | 'cursor'>;

function numberOf(text: string | null): number | undefined {
  return text !== null && /^-?\d{1,9}$/.test(text) ? Number(text) : undefined;
}

/** Reads filters from an address; values that the API would refuse are ignored. */
export function filtersOf(search: URLSearchParams): Filters {
  const filters: Filters = {};
  for (const name of TEXTS) {
    const value = search.get(name)?.trim().slice(0, 200);
    if (value) filters[name] = value;
  }
  for (const name of NUMBERS) {
    const value = numberOf(search.get(name));
    if (value !== undefined && (value >= 0 || name.startsWith('published'))) filters[name] = value;
  }
  const sort = SORTS.find((known) => known === search.get('sort'));
  if (sort) filters.sort = sort;
  const page = numberOf(search.get('page')) ?? 1;
  if (page > 1 && page <= LAST_PAGE) filters.page = page;
  return filters;
}

/** The query string of filters; a change of them leads to the first page. */
export function queryOf(filters: Filters, change: Partial<Filters> = {}): string {
  const next = { ...filters, page: undefined, ...change };
  const given = Object.entries(next).filter(([, value]) => value !== undefined && value !== '');
  const query = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return query && `?${query}`;
}

/** Page numbers to link: the first, the last, and those around the current one; null is a gap. */
export function pageNumbers(page: number, pages: number): (number | null)[] {
  const shown = [...new Set([1, page - 1, page, page + 1, pages])]
    .filter((number) => number >= 1 && number <= pages)
    .sort((one, other) => one - other);
  return shown.flatMap((number, index) => {
    const before = shown[index - 1];
    return before !== undefined && number - before > 1 ? [null, number] : [number];
  });
}
