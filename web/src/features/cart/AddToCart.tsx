import { useState } from 'react';
import Button from 'react-bootstrap/Button';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { ApiError } from '../../api/client';
import { asApiError } from '../../api/endpoints';
import type { Book } from '../../api/generated';
import { Problem } from '../../components/Problem';
import { QuantityPicker } from '../../components/QuantityPicker';
import { useSession } from '../../lib/session';
import { MAX_QUANTITY } from './limits';
import { type Added, useCartActions } from './useCart';

/** Quantity and button of the book page. Reports the quantity in the cart afterwards. */
export function AddToCart({ book }: { book: Book }) {
  const { t } = useTranslation();
  const { add } = useCartActions();
  const session = useSession();
  const [quantity, setQuantity] = useState(1);
  const [added, setAdded] = useState<Added | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState(false);
  const most = Math.min(book.stock?.available ?? MAX_QUANTITY, MAX_QUANTITY);
  const isSoldOut = most === 0;
  const isWaiting = busy || session.status === 'starting' || isSoldOut;

  const submit = async () => {
    if (isWaiting) return;
    setBusy(true);
    setError(null);
    try {
      setAdded(await add(book.id, Math.min(quantity, most)));
    } catch (failure) {
      setAdded(null);
      setError(asApiError(failure));
    } finally {
      setBusy(false);
    }
  };

  return (
    <div className="add-to-cart">
      <div className="add-to-cart-row">
        {!isSoldOut && (
          <QuantityPicker
            value={Math.min(quantity, most)}
            onChange={setQuantity}
            label={t('cart.quantityOf', { title: book.title })}
            most={most}
          />
        )}
        <Button size="lg" aria-disabled={isWaiting} onClick={submit}>
          {busy ? t('cart.adding') : t(isSoldOut ? 'stock.out' : 'cart.add')}
        </Button>
      </div>
      <p className="added" role="status">
        {added && (
          <>
            {t('cart.held', { count: added.held })} {added.isCapped && t('cart.capped')}{' '}
            <Link to="/cart">{t('cart.view')}</Link>
          </>
        )}
      </p>
      {error && <Problem error={error} />}
    </div>
  );
}
