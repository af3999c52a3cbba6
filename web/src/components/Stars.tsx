import { useTranslation } from 'react-i18next';
import { useFormatter } from '../lib/format';

const STAR = 'l2.6 5.3 5.8.8-4.2 4.1 1 5.8-5.2-2.7-5.2 2.7 1-5.8-4.2-4.1 5.8-.8z';
const FIVE_STARS = [10, 30, 50, 70, 90].map((x) => `M${x} 1.6${STAR}`).join('');

/** Readers' rating from 0 to 5, with partial stars. */
export function Stars({ rating, count }: { rating: number; count?: number }) {
  const { t } = useTranslation();
  const format = useFormatter();
  const said = t('book.rating', { rating: format.number(rating, 1) });
  return (
    <span className="stars">
      <svg viewBox="0 0 100 20" role="img" aria-label={said}>
        <path d={FIVE_STARS} className="star-empty" />
        <svg width={20 * Math.min(Math.max(rating, 0), 5)} height="20" aria-hidden="true">
          <path d={FIVE_STARS} className="star-full" />
        </svg>
      </svg>
      {count !== undefined && (
        <span className="muted">{t('book.ratings', { count, number: format.number(count) })}</span>
      )}
    </span>
  );
}
