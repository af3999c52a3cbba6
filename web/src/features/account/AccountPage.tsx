import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useDispatch } from 'react-redux';
import { Link, Navigate } from 'react-router';
import { useSignOutMutation } from '../../api/endpoints';
import { Icon } from '../../components/Icon';
import { Page } from '../../components/Page';
import { leave, useSession } from '../../lib/session';
import { signOut } from './identity';
import { PersonalData } from './PersonalData';
import { useAccountForm } from './useAccountForm';

export default function AccountPage() {
  const { t } = useTranslation();
  const dispatch = useDispatch();
  const session = useSession();
  const form = useAccountForm({});
  const [endSignIns] = useSignOutMutation();
  // A ref, since the session ends before React would render a new state.
  const isLeaving = useRef(false);
  const leaveAccount = async () => {
    await signOut();
    isLeaving.current = true;
    leave(dispatch);
  };
  const signOutEverywhere = async () => {
    // If no region answers, the shopper is signed out here, and the tokens of other devices work until they expire.
    await endSignIns();
    await leaveAccount();
  };
  if (session.status === 'guest')
    return <Navigate to={isLeaving.current ? '/' : '/sign-in?next=%2Faccount'} replace />;
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
        onClick={() => !form.busy && form.run(signOutEverywhere)}
      >
        {t('account.signOut')}
      </button>
      <p className="muted">{t('account.signOutText')}</p>
      {session.status === 'shopper' && <PersonalData onDeleted={leaveAccount} />}
    </Page>
  );
}
