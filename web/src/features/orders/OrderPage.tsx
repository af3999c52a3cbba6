import { Fragment } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useLocation, useParams } from 'react-router';
import { failureOf, useGetOrderQuery } from '../../api/endpoints';
import type { Address, Order } from '../../api/generated';
import { EmptyState } from '../../components/EmptyState';
import { Icon } from '../../components/Icon';
import { Page, SHOP } from '../../components/Page';
import { Problem } from '../../components/Problem';
import { RegionName } from '../../components/RegionName';
import { LinesSkeleton } from '../../components/Skeletons';
import { useFormatter } from '../../lib/format';
import { OrderActions } from './OrderActions';
import { orderNumber } from './orderNumber';

/** State of the navigation from the checkout. */
interface Placed {
  placed: true;
}

function Lines({ order }: { order: Order }) {
  const { t } = useTranslation();
  const format = useFormatter();
  return (
    <table className="receipt-lines">
      <caption className="visually-hidden">{t('orders.items')}</caption>
      <thead>
        <tr>
          <th scope="col">{t('orders.book')}</th>
          <th scope="col" className="number">
            {t('orders.quantity')}
          </th>
          <th scope="col" className="number unit-price">
            {t('orders.unitPrice')}
          </th>
          <th scope="col" className="number">
            {t('orders.lineTotal')}
          </th>
        </tr>
      </thead>
      <tbody>
        {order.items.map((item) => (
          <tr key={item.bookId}>
            <th scope="row">
              <Link to={`/books/${item.bookId}`}>{item.title}</Link>
            </th>
            <td className="number">{item.quantity}</td>
            <td className="number unit-price">{format.money(item.unitPrice, order.currency)}</td>
            <td className="number">{format.money(item.lineTotal, order.currency)}</td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">{t('cart.total')}</th>
          <td />
          <td className="unit-price" />
          <td className="number">{format.money(order.total, order.currency)}</td>
        </tr>
      </tfoot>
    </table>
  );
}

function DeliveryAddress({ address }: { address: Address }) {
  const { t } = useTranslation();
  const format = useFormatter();
  return (
    <div>
      <dt>{t('orders.address')}</dt>
      <dd className="address-lines">
        <span>{address.name}</span>
        <span>{address.street}</span>
        <span>
          {address.postcode} {address.city}
        </span>
        <span>{format.countryName(address.country)}</span>
      </dd>
    </div>
  );
}

function Receipt({ order }: { order: Order }) {
  const { t } = useTranslation();
  const format = useFormatter();
  return (
    <section className="receipt" aria-label={t('orders.receipt')}>
      <header className="receipt-head">
        <p className="receipt-shop">{SHOP}</p>
        <p className="muted">{t('orders.receipt')}</p>
      </header>
      <dl className="facts">
        <div>
          <dt>{t('orders.number')}</dt>
          <dd className="order-number" title={order.orderId}>
            {orderNumber(order.orderId)}
          </dd>
        </div>
        <div>
          <dt>{t('orders.date')}</dt>
          <dd>{format.moment(order.createdAt)}</dd>
        </div>
        {order.address && <DeliveryAddress address={order.address} />}
        <div>
          <dt>{t('orders.statusLabel')}</dt>
          <dd>{t(`orders.status.${order.status}`)}</dd>
        </div>
        <div>
          <dt>{t('orders.takenIn')}</dt>
          <dd>
            <RegionName region={order.region} />
          </dd>
        </div>
      </dl>
      <Lines order={order} />
      <p className="muted small">{t('orders.demo')}</p>
    </section>
  );
}

export default function OrderPage() {
  const { t } = useTranslation();
  const { orderId = '' } = useParams();
  const state = useLocation().state as Placed | null;
  // `data` would be the previous order until this one is loaded, and its buttons would cancel that one.
  const query = useGetOrderQuery({ orderId });
  const { currentData: order, refetch } = query;
  const failure = order ? null : failureOf(query);
  const unknown = failure?.status === 404 || failure?.status === 400;
  return (
    <Page
      title={state?.placed ? t('orders.thanks') : t('orders.one', { number: orderNumber(orderId) })}
      className="order-page"
    >
      {state?.placed && <p className="lead">{t('orders.thanksText')}</p>}
      {!order && !failure && <LinesSkeleton />}
      {failure && !unknown && <Problem error={failure} onRetry={refetch} />}
      {unknown && (
        <EmptyState
          title={t('orders.unknown.title')}
          text={t('orders.unknown.text')}
          to="/orders"
          action={t('orders.title')}
        />
      )}
      {order && (
        <Fragment key={order.orderId}>
          <OrderActions order={order} />
          <Receipt order={order} />
          <p className="order-actions">
            <button type="button" className="btn btn-outline-dark" onClick={() => window.print()}>
              <Icon name="print" /> {t('orders.print')}
            </button>
            <Link to="/orders" className="btn btn-link">
              {t('orders.title')}
            </Link>
          </p>
        </Fragment>
      )}
    </Page>
  );
}
