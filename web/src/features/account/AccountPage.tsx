import { useTranslation } from 'react-i18next';
import { useDispatch } from 'react-redux';
import { Link, Navigate } from 'react-router';
import { Icon } from '../../components/Icon';
import { Page } from '../../components/Page';
import { leave, useSession } from '../../lib/session';
import { signOut } from './identity';
import { useAccountForm } from './useAccountForm';

export default function AccountPage() {
  const { t } = useTranslation();
  const dispatch = useDispatch();
  const session = useSession();
  const form = useAccountForm({});
  const leaveAccount = async () => {
    await signOut();
    leave(dispatch);
  };
  if (session.status === 'guest') return <Navigate to="/" replace />;
  return (
    <Page title={t('account.title')} className="account-page">
      {session.status === 'shopper' && (
        <p className="lead">{t('account.signedInAs', { email: session.shopper.email })}</p>
      )}
      <ul className="account-links">
        <li>
          <Link to="/orders">
            {t('orders.title')} <Icon name="chevron" />
          </Link>
        </li>
        <li>
          <Link to="/cart">
            {t('cart.title')} <Icon name="chevron" />
          </Link>
        </li>
      </ul>
      <button
        type="button"
        className="btn btn-outline-dark"
        aria-disabled={form.busy}
        onClick={() => !form.busy && form.run(leaveAccount)}
      >
        {t('account.signOut')}
      </button>
    </Page>
  );
}
