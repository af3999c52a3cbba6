import { Fragment, type MouseEvent, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { ApiError } from '../../api/client';
import { asApiError, useCancelOrderMutation, useConfirmOrderMutation } from '../../api/endpoints';
import type { Order } from '../../api/generated';
import { Problem } from '../../components/Problem';
import { useFormatter } from '../../lib/format';
import { orderNumber } from './orderNumber';

interface ChoiceProps {
  order: Order;
  /** Whether a request is running. */
  isBusy: boolean;
  onCancel: () => void;
}

interface ChoiceButtonProps {
  kind: 'primary' | 'outline-dark';
  text: string;
  isBusy: boolean;
  onChoose: () => void;
}

/** Keeps the keyboard's focus while a request is running, as `disabled` would not. */
function ChoiceButton({ kind, text, isBusy, onChoose }: ChoiceButtonProps) {
  // The second click of a double click was meant for the button that was here before.
  const choose = ({ detail }: MouseEvent) => {
    if (!isBusy && detail < 2) onChoose();
  };
  return (
    <button type="button" className={`btn btn-${kind}`} aria-disabled={isBusy} onClick={choose}>
      {text}
    </button>
  );
}

/**
 * Asks once more before an order is cancelled.
 *
 * The two steps have keys: without them React reuses the button that has the focus for the second question, and a
 * held Enter key answers it. The focus moves to the question, and not to a button, for the same reason.
 */
function Cancellation({ order, isBusy, onCancel }: ChoiceProps) {
  const { t } = useTranslation();
  const format = useFormatter();
  const [step, setStep] = useState<'offered' | 'asking' | 'dismissed'>('offered');
  const question = useRef<HTMLParagraphElement>(null);
  const action = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (step === 'asking') question.current?.focus();
    if (step === 'dismissed') action.current?.focus();
  }, [step]);
  if (step === 'asking') {
    return (
      <Fragment key="question">
        <p className="problem-title" ref={question} tabIndex={-1}>
          {t('orders.cancel.confirm')}
        </p>
        <ChoiceButton
          kind="outline-dark"
          text={t('orders.cancel.no')}
          isBusy={isBusy}
          onChoose={() => setStep('dismissed')}
        />
        <ChoiceButton kind="primary" text={t('orders.cancel.yes')} isBusy={isBusy} onChoose={onCancel} />
      </Fragment>
    );
  }
  return (
    <Fragment key="offer">
      <p>{t('orders.cancel.until', { time: format.moment(order.cancellableUntil) })}</p>
      <button type="button" className="btn btn-outline-dark" ref={action} onClick={() => setStep('asking')}>
        {t('orders.cancel.action')}
      </button>
    </Fragment>
  );
}

/** A held order waits until the shopper keeps or cancels it. */
function Decision({ order, isBusy, onCancel, onKeep }: ChoiceProps & { onKeep: () => void }) {
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
      <ChoiceButton kind="primary" text={t('orders.held.keep')} isBusy={isBusy} onChoose={onKeep} />
      <ChoiceButton
        kind="outline-dark"
        text={t('orders.cancel.action')}
        isBusy={isBusy}
        onChoose={onCancel}
      />
    </>
  );
}

function Failure({ error }: { error: ApiError }) {
  const { t } = useTranslation();
  switch (error.problem?.type.split(':').at(-1)) {
    case 'too-late':
      return <p role="alert">{t('orders.cancel.tooLate')}</p>;
    case 'already-cancelled':
      return <p role="alert">{t('orders.held.cancelled')}</p>;
    default:
      return <Problem error={error} />;
  }
}

/** Cancels an order while that is possible, or decides about a held one. */
export function OrderActions({ order }: { order: Order }) {
  const { t } = useTranslation();
  const [cancel, cancelling] = useCancelOrderMutation();
  const [keep, keeping] = useConfirmOrderMutation();
  const { orderId, status } = order;
  const isBusy = cancelling.isLoading || keeping.isLoading;
  const error = cancelling.error ?? keeping.error;
  // Each action removes the other one's failure, which says nothing about the order any more.
  const onCancel = () => {
    keeping.reset();
    cancel({ orderId });
  };
  const onKeep = () => {
    cancelling.reset();
    keep({ orderId });
  };
  const isOpen = status === 'placed' || status === 'held';
  if (!isOpen && status !== 'cancelled' && !error) return null;
  return (
    <div className="order-choice">
      {status === 'cancelled' && <p role="status">{t('orders.cancel.done')}</p>}
      {status === 'placed' && <Cancellation order={order} isBusy={isBusy} onCancel={onCancel} />}
      {status === 'held' && <Decision order={order} isBusy={isBusy} onCancel={onCancel} onKeep={onKeep} />}
      {error !== undefined && <Failure error={asApiError(error)} />}
    </div>
  );
}
