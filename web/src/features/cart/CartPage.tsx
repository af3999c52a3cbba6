import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useDispatch, useSelector } from 'react-redux';
import { Link } from 'react-router';
import type { ApiError } from '../../api/client';
import { asApiError } from '../../api/endpoints';
import type { CartLine } from '../../api/generated';
import { Cover } from '../../components/Cover';
import { EmptyState } from '../../components/EmptyState';
import { Page } from '../../components/Page';
import { Problem } from '../../components/Problem';
import { QuantityPicker } from '../../components/QuantityPicker';
import { LinesSkeleton } from '../../components/Skeletons';
import { useFormatter } from '../../lib/format';
import { type GuestCartRoot, lineRemoved, noticeRead } from './guestCart';
import { useCart, useCartActions } from './useCart';

function Line({ line }: { line: CartLine }) {
  const { t } = useTranslation();
  const format = useFormatter();
  const actions = useCartActions();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  const { book, bookId, quantity } = line;

  const attempt = async (change: () => Promise<void>) => {
    setBusy(true);
    setError(null);
    await change().catch((failure: unknown) => setError(asApiError(failure)));
    setBusy(false);
  };

  return (
    <li className="cart-line">
      <Link to={`/books/${bookId}`} className="cart-cover" tabIndex={-1} aria-hidden="true">
        <Cover book={book} />
      </Link>
      <div className="cart-what">
        <h2>
          <Link to={`/books/${bookId}`}>{book.title}</Link>
        </h2>
        <p className="muted">{book.author}</p>
        <p className="muted">{t('cart.each', { price: format.money(line.unitPrice, book.currency) })}</p>
      </div>
      <div className="cart-change">
        <QuantityPicker
          value={quantity}
          disabled={busy}
          onChange={(value) => attempt(() => actions.set(bookId, value))}
          label={t('cart.quantityOf', { title: book.title })}
        />
        <button
          type="button"
          className="link-button"
          disabled={busy}
          aria-label={t('cart.removeBook', { title: book.title })}
          onClick={() => attempt(() => actions.remove(bookId))}
        >
          {t('cart.remove')}
        </button>
      </div>
      <p className="cart-sum">{format.money(line.lineTotal, book.currency)}</p>
      {error && <Problem error={error} />}
    </li>
  );
}

function MergeNotice() {
  const { t } = useTranslation();
  const dispatch = useDispatch();
  const notice = useSelector((state: GuestCartRoot) => state.guestCart.notice);
  if (!notice) return null;
  return (
    <div className="notice" role="status">
      <div>
        {notice.capped > 0 && <p>{t('cart.merge.capped', { count: notice.capped })}</p>}
        {notice.kept > 0 && <p>{t('cart.merge.kept', { count: notice.kept })}</p>}
        {notice.gone > 0 && <p>{t('cart.merge.gone', { count: notice.gone })}</p>}
      </div>
      <button type="button" className="link-button" onClick={() => dispatch(noticeRead())}>
        {t('common.dismiss')}
      </button>
    </div>
  );
}

function GoneNotice({ gone }: { gone: string[] }) {
  const { t } = useTranslation();
  const dispatch = useDispatch();
  if (gone.length === 0) return null;
  return (
    <div className="notice" role="status">
      <p>{t('cart.gone', { count: gone.length })}</p>
      <button
        type="button"
        className="link-button"
        onClick={() => {
          for (const bookId of gone) dispatch(lineRemoved(bookId));
        }}
      >
        {t('cart.removeGone')}
      </button>
    </div>
  );
}

export default function CartPage() {
  const { t } = useTranslation();
  const format = useFormatter();
  const cart = useCart();
  return (
    <Page title={t('cart.title')} className="cart-page">
      <MergeNotice />
      <GoneNotice gone={cart.gone} />
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
              <Line key={line.bookId} line={line} />
            ))}
          </ul>
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
        </div>
      )}
    </Page>
  );
}
