import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useDispatch, useSelector } from 'react-redux';
import type { ApiError } from '../../api/client';
import { asApiError } from '../../api/endpoints';
import type { CartLine } from '../../api/generated';
import { Problem } from '../../components/Problem';
import { type GuestCartRoot, lineRemoved, noticeRead } from './guestCart';
import { useCartActions } from './useCart';

/** Lines that a merge could not move. */
export function MergeNotice() {
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

/** Books of a guest's cart that left the catalog. */
export function GoneNotice({ gone }: { gone: string[] }) {
  const { t } = useTranslation();
  const dispatch = useDispatch();
  if (gone.length === 0) return null;
  const remove = () => {
    for (const bookId of gone) dispatch(lineRemoved(bookId));
  };
  return (
    <div className="notice" role="status">
      <p>{t('cart.gone', { count: gone.length })}</p>
      <button type="button" className="link-button" onClick={remove}>
        {t('cart.removeGone')}
      </button>
    </div>
  );
}

interface RemovedNoticeProps {
  line: CartLine;
  onUndone: () => void;
}

/** Reports a removed line and puts it back. Takes the focus, since the line's button is gone. */
export function RemovedNotice({ line, onUndone }: RemovedNoticeProps) {
  const { t } = useTranslation();
  const actions = useCartActions();
  const undo = useRef<HTMLButtonElement>(null);
  const [error, setError] = useState<ApiError | null>(null);
  useEffect(() => undo.current?.focus(), []);

  const restore = async () => {
    try {
      await actions.set(line.bookId, line.quantity);
      onUndone();
    } catch (failure) {
      setError(asApiError(failure));
    }
  };
  return (
    <div className="notice" role="status">
      <p id="removed-line">{t('cart.removed', { title: line.book.title })}</p>
      <button
        ref={undo}
        type="button"
        className="link-button"
        aria-describedby="removed-line"
        onClick={restore}
      >
        {t('cart.undo')}
      </button>
      {error && <Problem error={error} />}
    </div>
  );
}
