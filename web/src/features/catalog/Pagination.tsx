import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Icon } from '../../components/Icon';
import { useFormatter } from '../../lib/format';
import { pageNumbers } from './searchParams';

interface PaginationProps {
  page: number;
  pages: number;
  to: (page: number) => string;
}

export function Pagination({ page, pages, to }: PaginationProps) {
  const { t } = useTranslation();
  const format = useFormatter();
  if (pages <= 1) return null;
  return (
    <nav className="pages" aria-label={t('catalog.pages')}>
      {page > 1 && (
        <Link
          to={to(page - 1)}
          className="btn btn-outline-dark"
          rel="prev"
          aria-label={t('catalog.previous')}
        >
          <Icon name="back" />
        </Link>
      )}
      <ul>
        {pageNumbers(page, pages).map((number, index) =>
          number === null ? (
            // biome-ignore lint/suspicious/noArrayIndexKey: a gap has no other identity
            <li key={`gap-${index}`} aria-hidden="true">
              …
            </li>
          ) : (
            <li key={number}>
              <Link
                to={to(number)}
                aria-current={number === page ? 'page' : undefined}
                aria-label={t('catalog.page', { number: format.number(number) })}
              >
                {format.number(number)}
              </Link>
            </li>
          ),
        )}
      </ul>
      {page < pages && (
        <Link to={to(page + 1)} className="btn btn-outline-dark" rel="next" aria-label={t('catalog.next')}>
          <Icon name="arrow" />
        </Link>
      )}
    </nav>
  );
}
