import { useTranslation } from 'react-i18next';
import { useFormatter } from '../../lib/format';
import type { Quote } from './quote';

/** The lines of the order and their total. */
export function OrderSummary({ quote }: { quote: Quote }) {
  const { t } = useTranslation();
  const format = useFormatter();
  return (
    <>
      <h2>{t('checkout.summary')}</h2>
      <ul className="summary-lines">
        {quote.lines.map((line) => (
          <li key={line.bookId}>
            <span className="summary-quantity">{line.quantity} ×</span>
            <span>{line.title}</span>
            <span className="summary-price">{format.money(line.lineTotal, quote.currency)}</span>
          </li>
        ))}
      </ul>
      <p className="summary-row">
        <span>{t('checkout.delivery')}</span>
        <span>{t('checkout.free')}</span>
      </p>
      <p className="summary-total">
        <span>{t('cart.total')}</span>
        <strong>{format.money(quote.total, quote.currency)}</strong>
      </p>
    </>
  );
}
