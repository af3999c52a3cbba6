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

/** Whether the order was placed, as far as that is known, and the next step. */
function Outcome({ isUncertain, next }: { isUncertain: boolean; next?: string }) {
  const { t } = useTranslation();
  if (!isUncertain)
    return (
      <p>
        {t('checkout.nothingOrdered')} {next}
      </p>
    );
  return (
    <p>
      {t('checkout.mayBeOrdered')} <Link to="/orders">{t('orders.title')}</Link>
    </p>
  );
}

function RefusalNotice({ refusal, quote }: { refusal: Refusal; quote: Quote | null }) {
  const { t } = useTranslation();
  const format = useFormatter();
  const money = (minor: number) => (quote ? format.money(minor, quote.currency) : '');
  const { isUncertain } = refusal;
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
          <Outcome isUncertain={isUncertain} />
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
          <Outcome isUncertain={isUncertain} next={t('checkout.outOfStock.next')} />
          <Link to="/cart">{t('checkout.outOfStock.action')}</Link>
        </Notice>
      );
    case 'cartChanged':
    case 'stockElsewhere':
      return (
        <Notice title={t(`checkout.${refusal.kind}.title`)}>
          <Outcome isUncertain={isUncertain} next={t(`checkout.${refusal.kind}.next`)} />
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

/** Why there is no order, or why the cart could not be loaded. */
export function CheckoutNotices({ purchase }: { purchase: Purchase }) {
  const { refusal, quote, loadError } = purchase;
  return (
    <>
      {refusal && <RefusalNotice refusal={refusal} quote={quote} />}
      {loadError && <Problem error={loadError} onRetry={purchase.reload} />}
    </>
  );
}
