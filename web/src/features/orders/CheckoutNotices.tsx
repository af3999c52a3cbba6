import type { ReactNode } from 'react';
import Alert from 'react-bootstrap/Alert';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Problem } from '../../components/Problem';
import { useFormatter } from '../../lib/format';
import type { Quote } from './quote';
import type { Purchase, Refusal } from './usePurchase';

function Notice({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Alert variant="warning" transition={false}>
      <p className="problem-title">{title}</p>
      {children}
    </Alert>
  );
}

function RefusalNotice({ refusal, quote }: { refusal: Refusal; quote: Quote | null }) {
  const { t } = useTranslation();
  const format = useFormatter();
  const money = (minor: number) => (quote ? format.money(minor, quote.currency) : '');
  switch (refusal.kind) {
    case 'priceChanged':
      return (
        <Notice title={t('checkout.priceChanged.title')}>
          <p>
            {t('checkout.priceChanged.text', {
              before: money(refusal.oldTotal),
              now: money(quote?.total ?? 0),
            })}
          </p>
        </Notice>
      );
    case 'outOfStock':
      return (
        <Notice title={t('checkout.outOfStock.title')}>
          <ul>
            {refusal.books.map(({ title, available }) => (
              <li key={title}>{t('checkout.outOfStock.left', { title, count: available })}</li>
            ))}
          </ul>
          <p>{t('checkout.outOfStock.text')}</p>
          <Link to="/cart">{t('checkout.outOfStock.action')}</Link>
        </Notice>
      );
    case 'cartChanged':
    case 'stockElsewhere':
      return (
        <Notice title={t(`checkout.${refusal.kind}.title`)}>
          <p>{t(`checkout.${refusal.kind}.text`)}</p>
        </Notice>
      );
    case 'failed':
      return (
        <>
          <Problem error={refusal.error} />
          {refusal.error.status !== 401 && <p className="muted">{t('checkout.again')}</p>}
        </>
      );
  }
}

/** Why nothing was ordered, or why the cart could not be loaded. */
export function CheckoutNotices({ purchase }: { purchase: Purchase }) {
  const { refusal, quote, loadError } = purchase;
  return (
    <>
      {refusal && <RefusalNotice refusal={refusal} quote={quote} />}
      {loadError && <Problem error={loadError} onRetry={purchase.reload} />}
    </>
  );
}
