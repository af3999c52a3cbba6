import { useTranslation } from 'react-i18next';
import { useFormatter } from '../../lib/format';
import type { Quote, QuotedLine } from './quote';

/** Lines that are always visible, so that the order button stays near the top. */
const SHOWN_LINES = 4;

function Lines({ lines, currency }: { lines: QuotedLine[]; currency: string }) {
  const format = useFormatter();
  return (
    <ul className="summary-lines">
      {lines.map((line) => (
        <li key={line.bookId}>
          <span className="summary-quantity">{line.quantity} ×</span>
          <span>{line.title}</span>
          <span className="summary-price">{format.money(line.lineTotal, currency)}</span>
        </li>
      ))}
    </ul>
  );
}

/** The lines of the order and their total. */
export function OrderSummary({ quote }: { quote: Quote }) {
  const { t } = useTranslation();
  const format = useFormatter();
  const shown = quote.lines.length > SHOWN_LINES + 1 ? quote.lines.slice(0, SHOWN_LINES) : quote.lines;
  const folded = quote.lines.slice(shown.length);
  return (
    <>
      <h2>{t('checkout.summary')}</h2>
      <Lines lines={shown} currency={quote.currency} />
      {folded.length > 0 && (
        <details>
          <summary>{t('checkout.moreLines', { count: folded.length })}</summary>
          <Lines lines={folded} currency={quote.currency} />
        </details>
      )}
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
