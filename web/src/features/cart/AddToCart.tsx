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
import { useCartActions } from './useCart';

/** Quantity and button of the book page. Reports the quantity in the cart afterwards. */
export function AddToCart({ book }: { book: Book }) {
  const { t } = useTranslation();
  const { add } = useCartActions();
  const session = useSession();
  const [quantity, setQuantity] = useState(1);
  const [held, setHeld] = useState<number | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState(false);

  const submit = async () => {
    setBusy(true);
    setError(null);
    try {
      setHeld(await add(book.id, quantity));
    } catch (failure) {
      setHeld(null);
      setError(asApiError(failure));
    } finally {
      setBusy(false);
    }
  };

  return (
    <div className="add-to-cart">
      <div className="add-to-cart-row">
        <QuantityPicker
          value={quantity}
          onChange={setQuantity}
          label={t('cart.quantityOf', { title: book.title })}
        />
        <Button size="lg" disabled={busy || session.status === 'starting'} onClick={submit}>
          {busy ? t('cart.adding') : t('cart.add')}
        </Button>
      </div>
      <p className="added" role="status">
        {held !== null && (
          <>
            {t('cart.held', { count: held })} <Link to="/cart">{t('cart.view')}</Link>
          </>
        )}
      </p>
      {error && <Problem error={error} />}
    </div>
  );
}
