import type { FormEvent } from 'react';
import Button from 'react-bootstrap/Button';
import Form from 'react-bootstrap/Form';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { EmptyState } from '../../components/EmptyState';
import { Page } from '../../components/Page';
import { LinesSkeleton } from '../../components/Skeletons';
import { useFormatter } from '../../lib/format';
import { AddressFields } from './AddressFields';
import { useAddress } from './address';
import { CheckoutNotices } from './CheckoutNotices';
import { OrderSummary } from './OrderSummary';
import { PaymentForm } from './PaymentForm';
import type { Quote } from './quote';
import { type Purchase, usePurchase } from './usePurchase';

function PlaceButton({ purchase, quote }: { purchase: Purchase; quote: Quote }) {
  const { t } = useTranslation();
  const format = useFormatter();
  const { isCurrent, isPlacing } = purchase;
  const total = format.money(quote.total, quote.currency);
  const idle = isCurrent ? t('checkout.place', { total }) : t('common.wait');
  return (
    <Button type="submit" size="lg" aria-disabled={!isCurrent || isPlacing}>
      {isPlacing ? t('checkout.placing') : idle}
    </Button>
  );
}

function CheckoutForm({ purchase, quote }: { purchase: Purchase; quote: Quote }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [address, setAddress] = useAddress();

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const order = await purchase.place(address);
    if (order) navigate(`/orders/${order.orderId}`, { replace: true, state: { placed: true } });
  };

  return (
    <Form onSubmit={submit} className="with-summary">
      <div className="checkout-form">
        <AddressFields address={address} onChange={setAddress} />
        <PaymentForm />
      </div>
      <aside className="summary" aria-label={t('checkout.summary')}>
        <OrderSummary quote={quote} />
        <div aria-live="polite">
          <CheckoutNotices purchase={purchase} />
        </div>
        <PlaceButton purchase={purchase} quote={quote} />
        <p className="muted small">{t('checkout.once')}</p>
      </aside>
    </Form>
  );
}

export default function CheckoutPage() {
  const { t } = useTranslation();
  const purchase = usePurchase();
  const { quote, isCurrent, loadError } = purchase;
  const isEmpty = quote?.lines.length === 0;
  return (
    <Page title={t('checkout.title')} className="checkout-page">
      {!isCurrent && !loadError && (!quote || isEmpty) && <LinesSkeleton />}
      {(!quote || isEmpty) && <CheckoutNotices purchase={purchase} />}
      {quote && !isEmpty && <CheckoutForm purchase={purchase} quote={quote} />}
      {isCurrent && isEmpty && (
        <EmptyState
          title={t('cart.empty.title')}
          text={t('checkout.empty')}
          to="/orders"
          action={t('orders.title')}
        />
      )}
    </Page>
  );
}
