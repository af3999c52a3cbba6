import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { asApiError, useCancelOrderMutation, useConfirmOrderMutation } from '../../api/endpoints';
import type { Order } from '../../api/generated';
import { Problem } from '../../components/Problem';
import { useFormatter } from '../../lib/format';
import { orderNumber } from './orderNumber';

interface ChoiceProps {
  order: Order;
  onCancel: () => void;
}

/** Asks once more before an order is cancelled. */
function Cancellation({ order, onCancel }: ChoiceProps) {
  const { t } = useTranslation();
  const format = useFormatter();
  const [isAsking, setIsAsking] = useState(false);
  if (isAsking) {
    return (
      <>
        <p className="problem-title">{t('orders.cancel.confirm')}</p>
        <button type="button" className="btn btn-primary" onClick={onCancel}>
          {t('orders.cancel.yes')}
        </button>
        <button type="button" className="btn btn-outline-dark" onClick={() => setIsAsking(false)}>
          {t('orders.cancel.no')}
        </button>
      </>
    );
  }
  return (
    <>
      <p>{t('orders.cancel.until', { time: format.moment(order.cancellableUntil) })}</p>
      <button type="button" className="btn btn-outline-dark" onClick={() => setIsAsking(true)}>
        {t('orders.cancel.action')}
      </button>
    </>
  );
}

/** A held order waits until the shopper keeps or cancels it. */
function Decision({ order, onCancel, onKeep }: ChoiceProps & { onKeep: () => void }) {
  const { t } = useTranslation();
  return (
    <>
      <h2>{t('orders.held.title')}</h2>
      <p>{t('orders.held.text')}</p>
      {order.overlaps.map((orderId) => (
        <p key={orderId}>
          {t('orders.held.overlaps')} <Link to={`/orders/${orderId}`}>{orderNumber(orderId)}</Link>
        </p>
      ))}
      <button type="button" className="btn btn-primary" onClick={onKeep}>
        {t('orders.held.keep')}
      </button>
      <button type="button" className="btn btn-outline-dark" onClick={onCancel}>
        {t('orders.cancel.action')}
      </button>
    </>
  );
}

/** Cancels an order while that is possible, or decides about a held one. */
export function OrderActions({ order }: { order: Order }) {
  const { t } = useTranslation();
  const [cancel, cancelling] = useCancelOrderMutation();
  const [keep, keeping] = useConfirmOrderMutation();
  const { orderId, status } = order;
  const error = cancelling.error ?? keeping.error;
  const failure = error ? asApiError(error) : null;
  const isOpen = status === 'placed' || status === 'held';
  if (!isOpen && status !== 'cancelled' && !failure) return null;
  return (
    <div className="order-choice">
      {status === 'cancelled' && <p role="status">{t('orders.cancel.done')}</p>}
      {status === 'placed' && <Cancellation order={order} onCancel={() => cancel({ orderId })} />}
      {status === 'held' && (
        <Decision order={order} onCancel={() => cancel({ orderId })} onKeep={() => keep({ orderId })} />
      )}
      {failure?.status === 409 && <p role="alert">{t('orders.cancel.tooLate')}</p>}
      {failure && failure.status !== 409 && <Problem error={failure} />}
    </div>
  );
}
