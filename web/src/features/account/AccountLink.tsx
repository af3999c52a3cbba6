import { useTranslation } from 'react-i18next';
import { NavLink, useLocation } from 'react-router';
import { Icon } from '../../components/Icon';
import { useSession } from '../../lib/session';

/** Link to the sign-in page or to the account. */
export function AccountLink() {
  const { t } = useTranslation();
  const { pathname, search } = useLocation();
  const isShopper = useSession().status === 'shopper';
  const fromSignIn = /^\/(sign-in|sign-up|forgot|account)/.test(pathname);
  const signIn = fromSignIn ? `/sign-in${search}` : `/sign-in?next=${encodeURIComponent(pathname + search)}`;
  return (
    <NavLink to={isShopper ? '/account' : signIn} className="bar-link">
      <Icon name="person" />
      <span className="bar-label">{isShopper ? t('account.title') : t('account.signIn')}</span>
    </NavLink>
  );
}
