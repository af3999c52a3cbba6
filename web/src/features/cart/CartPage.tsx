import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { CartLine } from '../../api/generated';
import { EmptyState } from '../../components/EmptyState';
import { Page } from '../../components/Page';
import { Problem } from '../../components/Problem';
import { LinesSkeleton } from '../../components/Skeletons';
import { useFormatter } from '../../lib/format';
import { CartLineItem } from './CartLineItem';
import { GoneNotice, MergeNotice, RemovedNotice } from './CartNotices';
import { type CartView, useCart } from './useCart';

function Summary({ cart }: { cart: CartView }) {
  const { t } = useTranslation();
  const format = useFormatter();
  return (
    <aside className="summary" aria-label={t('cart.summary')}>
      <p className="summary-total">
        <span>{t('cart.total')}</span>
        <strong>{format.money(cart.total, cart.currency)}</strong>
      </p>
      <p className="muted">{t('cart.delivery')}</p>
      <Link to="/checkout" className="btn btn-primary btn-lg">
        {t('cart.checkout')}
      </Link>
      <Link to="/" className="summary-back">
        {t('cart.continue')}
      </Link>
    </aside>
  );
}

export default function CartPage() {
  const { t } = useTranslation();
  const cart = useCart();
  const [removed, setRemoved] = useState<CartLine | null>(null);
  return (
    <Page title={t('cart.title')} className="cart-page">
      <MergeNotice />
      <GoneNotice gone={cart.gone} />
      {removed && <RemovedNotice key={removed.bookId} line={removed} onUndone={() => setRemoved(null)} />}
      {cart.isLoading && <LinesSkeleton />}
      {cart.error && <Problem error={cart.error} onRetry={cart.retry} />}
      {!cart.isLoading && !cart.error && cart.items.length === 0 && (
        <EmptyState
          title={t('cart.empty.title')}
          text={t('cart.empty.text')}
          to="/"
          action={t('cart.empty.action')}
        />
      )}
      {cart.items.length > 0 && (
        <div className="with-summary">
          <ul className="cart-lines">
            {cart.items.map((line) => (
              <CartLineItem key={line.bookId} line={line} onRemoved={setRemoved} />
            ))}
          </ul>
          <Summary cart={cart} />
        </div>
      )}
    </Page>
  );
}
