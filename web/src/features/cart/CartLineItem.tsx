import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { ApiError } from '../../api/client';
import { asApiError } from '../../api/endpoints';
import type { CartLine } from '../../api/generated';
import { Cover } from '../../components/Cover';
import { Problem } from '../../components/Problem';
import { QuantityPicker } from '../../components/QuantityPicker';
import { StockNote } from '../../components/StockNote';
import { useFormatter } from '../../lib/format';
import { MAX_QUANTITY } from './limits';
import { useCartActions } from './useCart';

interface CartLineItemProps {
  line: CartLine;
  onRemoved: (line: CartLine) => void;
}

export function CartLineItem({ line, onRemoved }: CartLineItemProps) {
  const { t } = useTranslation();
  const format = useFormatter();
  const actions = useCartActions();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  const { book, bookId, quantity } = line;
  const available = book.stock?.available ?? MAX_QUANTITY;

  // One after the other: a click on "Remove" first ends the typing of a quantity, which begins a change.
  const last = useRef(Promise.resolve());
  const attempt = (change: () => Promise<void>) => {
    setBusy(true);
    setError(null);
    const changed = last.current
      .then(change)
      .catch((failure: unknown) => setError(asApiError(failure)))
      .then(() => {
        if (last.current === changed) setBusy(false);
      });
    last.current = changed;
  };
  const isRemoving = useRef(false);
  const remove = () => {
    if (isRemoving.current) return;
    isRemoving.current = true;
    attempt(async () => {
      try {
        await actions.remove(bookId);
        onRemoved(line);
      } finally {
        isRemoving.current = false;
      }
    });
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
        <StockNote stock={book.stock} />
        {available > 0 && quantity > available && (
          <button
            type="button"
            className="link-button"
            aria-disabled={busy}
            onClick={() => attempt(() => actions.set(bookId, available))}
          >
            {t('cart.reduce', { count: available })}
          </button>
        )}
      </div>
      <div className="cart-change">
        <QuantityPicker
          value={quantity}
          busy={busy}
          most={Math.max(1, Math.min(available, MAX_QUANTITY))}
          onChange={(value) => attempt(() => actions.set(bookId, value))}
          label={t('cart.quantityOf', { title: book.title })}
        />
        <button
          type="button"
          className="link-button"
          aria-disabled={busy}
          aria-label={t('cart.removeBook', { title: book.title })}
          onClick={remove}
        >
          {t('cart.remove')}
        </button>
      </div>
      <p className="cart-sum">{format.money(line.lineTotal, book.currency)}</p>
      {error && <Problem error={error} />}
    </li>
  );
}
