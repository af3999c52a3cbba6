import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useFormatter } from '../../lib/format';
import { useCategoryName } from './category';
import { type Filters, queryOf } from './searchParams';

interface ActiveFiltersProps {
  path: string;
  filters: Filters;
  currency: string;
}

/** Filters that are set, each with a link that removes it. */
export function ActiveFilters({ path, filters, currency }: ActiveFiltersProps) {
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
