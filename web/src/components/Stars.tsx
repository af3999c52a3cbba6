import { useTranslation } from 'react-i18next';
import { useFormatter } from '../lib/format';

const STAR = 'M10 1.6l2.6 5.3 5.8.8-4.2 4.1 1 5.8L10 14.9l-5.2 2.7 1-5.8L1.6 7.7l5.8-.8z';

/** Readers' rating of 0 to 5, drawn in full and part stars. */
export function Stars({ rating, count }: { rating: number; count?: number }) {
  const { t } = useTranslation();
  const format = useFormatter();
  const said = t('book.rating', { rating: format.number(rating, 1) });
  return (
    <span className="stars">
      <svg viewBox="0 0 100 20" role="img" aria-label={said}>
        {[0, 1, 2, 3, 4].map((star) => (
          <svg key={star} x={star * 20} width="20" height="20" viewBox="0 0 20 20">
            <path d={STAR} className="star-empty" />
            <svg width={20 * Math.min(Math.max(rating - star, 0), 1)} height="20" x="0" y="0">
              <path d={STAR} className="star-full" />
            </svg>
          </svg>
        ))}
      </svg>
      {count !== undefined && (
        <span className="muted">{t('book.ratings', { count, number: format.number(count) })}</span>
      )}
    </span>
  );
}
