import { useTranslation } from 'react-i18next';
import { Link, useLocation, useParams } from 'react-router';
import { asApiError, useGetOrderQuery } from '../../api/endpoints';
import type { Order } from '../../api/generated';
import { EmptyState } from '../../components/EmptyState';
import { Icon } from '../../components/Icon';
import { Page, SHOP } from '../../components/Page';
import { Problem } from '../../components/Problem';
import { RegionName } from '../../components/RegionName';
import { LinesSkeleton } from '../../components/Skeletons';
import { useFormatter } from '../../lib/format';
import { orderNumber } from './orderNumber';

/** What the checkout hands over in the browser's history; it was never sent anywhere. */
interface Placed {
  placed: true;
  name: string;
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

function Receipt({ order, name }: { order: Order; name: string }) {
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
        {name && (
          <div>
            <dt>{t('checkout.deliverTo')}</dt>
            <dd>{name}</dd>
          </div>
        )}
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
  const { data: order, error, refetch } = useGetOrderQuery({ orderId });
  const failure = error && !order ? asApiError(error) : null;
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
        <>
          <Receipt order={order} name={state?.name ?? ''} />
          <p className="order-actions">
            <button type="button" className="btn btn-outline-dark" onClick={() => window.print()}>
              <Icon name="print" /> {t('orders.print')}
            </button>
            <Link to="/orders" className="btn btn-link">
              {t('orders.title')}
            </Link>
          </p>
        </>
      )}
    </Page>
  );
}
