import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { failureOf, useListOrdersQuery } from '../../api/endpoints';
import type { Order } from '../../api/generated';
import { EmptyState } from '../../components/EmptyState';
import { Icon } from '../../components/Icon';
import { Page } from '../../components/Page';
import { Problem } from '../../components/Problem';
import { RegionName } from '../../components/RegionName';
import { LinesSkeleton } from '../../components/Skeletons';
import { useFormatter } from '../../lib/format';
import { orderNumber } from './orderNumber';

const ON_A_PAGE = 10;

function OrderRow({ order }: { order: Order }) {
  const { t } = useTranslation();
  const format = useFormatter();
  const books = order.items.reduce((sum, item) => sum + item.quantity, 0);
  return (
    <li className="order-row">
      <div>
        <h2>
          <Link to={`/orders/${order.orderId}`} className="stretched">
            {format.moment(order.createdAt)}
          </Link>
        </h2>
        <p className="order-titles">{order.items.map((item) => item.title).join(' · ')}</p>
        <p className="order-facts muted small">
          <span>{t('orders.one', { number: orderNumber(order.orderId) })}</span>
          <RegionName region={order.region} />
          {order.status !== 'placed' && (
            <strong className={`order-${order.status}`}>{t(`orders.status.${order.status}`)}</strong>
          )}
        </p>
      </div>
      <div className="order-sum">
        <strong>{format.money(order.total, order.currency)}</strong>
        <span className="muted small">{t('orders.books', { count: books })}</span>
      </div>
      <Icon name="chevron" />
    </li>
  );
}

/** One page of the list; the last page has a button for more. */
function OrderRows({
  cursor,
  isLast,
  onMore,
}: {
  cursor?: string;
  isLast: boolean;
  onMore: (cursor: string) => void;
}) {
  const { t } = useTranslation();
  const query = useListOrdersQuery({ limit: ON_A_PAGE, cursor }, { refetchOnMountOrArgChange: true });
  const { data, refetch } = query;
  const failure = failureOf(query);
  const next = data?.nextCursor;
  const list = useRef<HTMLUListElement>(null);
  const isLoaded = data !== undefined;
  useEffect(() => {
    // The button that had the focus is gone.
    if (cursor !== undefined && isLoaded) list.current?.querySelector('a')?.focus({ preventScroll: true });
  }, [cursor, isLoaded]);
  if (failure && !data) return <Problem error={failure} onRetry={refetch} />;
  if (!data) return <LinesSkeleton />;
  if (data.items.length === 0 && cursor === undefined) {
    return (
      <EmptyState
        title={t('orders.empty.title')}
        text={t('orders.empty.text')}
        to="/"
        action={t('cart.empty.action')}
      />
    );
  }
  return (
    <>
      <ul className="order-rows" ref={list}>
        {data.items.map((order) => (
          <OrderRow key={order.orderId} order={order} />
        ))}
      </ul>
      {isLast && next && (
        <button type="button" className="btn btn-outline-dark" onClick={() => onMore(next)}>
          {t('orders.more')}
        </button>
      )}
    </>
  );
}

export default function OrdersPage() {
  const { t } = useTranslation();
  const [cursors, setCursors] = useState<(string | undefined)[]>([undefined]);
  return (
    <Page title={t('orders.title')} className="orders-page">
      {cursors.map((cursor, index) => (
        <OrderRows
          key={cursor ?? 'first'}
          cursor={cursor}
          isLast={index === cursors.length - 1}
          onMore={(next) => setCursors([...cursors, next])}
        />
      ))}
    </Page>
  );
}
