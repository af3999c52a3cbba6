import { type FormEvent, useEffect, useId, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import type { Facets, PriceRange } from '../../api/generated';
import { useFormatter } from '../../lib/format';
import { useCategoryName } from './category';
import { type Filters, queryOf } from './searchParams';

interface FilterPanelProps {
  path: string;
  filters: Filters;
  facets: Facets;
  /** Currency of the results. */
  currency: string;
  /** The category is part of the path. */
  isCategory: boolean;
}

interface Choice {
  key: string;
  label: string;
  count: number;
  isChosen: boolean;
  to: string;
}

/** Links that set or clear one filter. */
function Choices({ title, choices }: { title: string; choices: Choice[] }) {
  const { t } = useTranslation();
  const format = useFormatter();
  const id = useId();
  if (choices.length === 0) return null;
  return (
    <section className="filter" aria-labelledby={id}>
      <h3 id={id}>{title}</h3>
      <ul>
        {choices.map(({ key, label, count, isChosen, to }) => (
          <li key={key}>
            <Link to={to} className={isChosen ? 'chosen' : undefined} aria-current={isChosen || undefined}>
              {label}
              <span className="muted"> ({format.number(count)})</span>
              {isChosen && <span className="visually-hidden"> {t('search.clearThis')}</span>}
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Years({ path, filters }: { path: string; filters: Filters }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const form = useRef<HTMLFormElement>(null);
  const { publishedFrom, publishedTo } = filters;
  // Shows the years of the address, and keeps the focus, which a new form would lose.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the fields' defaults change with the years
  useEffect(() => form.current?.reset(), [publishedFrom, publishedTo]);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const year = (name: string) => {
      const text = String(fields.get(name)).trim();
      return /^-?\d{1,4}$/.test(text) ? Number(text) : undefined;
    };
    navigate(path + queryOf(filters, { publishedFrom: year('from'), publishedTo: year('to') }));
  };
  return (
    <form ref={form} className="filter filter-years" onSubmit={submit}>
      <fieldset>
        <legend>{t('search.years')}</legend>
        <input
          className="form-control"
          name="from"
          inputMode="numeric"
          aria-label={t('search.yearFrom')}
          placeholder={t('search.yearFrom')}
          defaultValue={publishedFrom}
        />
        <input
          className="form-control"
          name="to"
          inputMode="numeric"
          aria-label={t('search.yearTo')}
          placeholder={t('search.yearTo')}
          defaultValue={publishedTo}
        />
        <button type="submit" className="btn btn-outline-dark btn-sm">
          {t('search.apply')}
        </button>
      </fieldset>
    </form>
  );
}

export function FilterPanel({ path, filters, facets, currency, isCategory }: FilterPanelProps) {
  const { t } = useTranslation();
  const format = useFormatter();
  const nameOf = useCategoryName();

  const choices = (
    name: 'category' | 'language',
    label: (value: string) => string,
    values: Facets['category'],
  ) =>
    values.map(({ value, count }): Choice => {
      const isChosen = filters[name] === value;
      const to = path + queryOf(filters, { [name]: isChosen ? undefined : value });
      return { key: value, label: label(value), count, isChosen, to };
    });

  const priceLabel = ({ from, to }: PriceRange) => {
    if (to === null) return t('search.priceFrom', { from: format.money(from, currency) });
    if (from === 0) return t('search.priceTo', { to: format.money(to, currency) });
    return t('search.priceRange', { from: format.money(from, currency), to: format.money(to, currency) });
  };
  const prices = facets.price.map((range): Choice => {
    const maxPrice = range.to === null ? undefined : range.to - 1;
    const minPrice = range.from || undefined;
    const isChosen = filters.minPrice === minPrice && filters.maxPrice === maxPrice;
    const change = isChosen ? { minPrice: undefined, maxPrice: undefined } : { minPrice, maxPrice };
    return {
      key: String(range.from),
      label: priceLabel(range),
      count: range.count,
      isChosen,
      to: path + queryOf(filters, change),
    };
  });

  return (
    <div className="filters">
      {!isCategory && (
        <Choices title={t('book.category')} choices={choices('category', nameOf, facets.category)} />
      )}
      <Choices
        title={t('book.language')}
        choices={choices('language', (tag) => format.languageName(tag), facets.language)}
      />
      <Choices title={t('search.price')} choices={prices} />
      <Years path={path} filters={filters} />
    </div>
  );
}
