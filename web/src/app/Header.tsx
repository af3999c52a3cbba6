import { useTranslation } from 'react-i18next';
import { Link, NavLink } from 'react-router';
import { AccountLink } from '../features/account/AccountLink';
import { CartLink } from '../features/cart/CartLink';
import { CategoryBar } from '../features/catalog/CategoryBar';
import { useSession } from '../lib/session';
import { LanguageSwitch } from './LanguageSwitch';
import { RegionBadge } from './RegionBadge';

function Mark() {
  return (
    <svg className="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <path d="M16 3v26M16 3C8 8 8 24 16 29M16 3c8 5 8 21 0 26" />
      <path className="equator" d="M3 16h26" />
    </svg>
  );
}

export function Header() {
  const { t } = useTranslation();
  const session = useSession();
  return (
    <header className="site-header">
      <div className="strip">
        <div className="strip-inner">
          <RegionBadge />
          <LanguageSwitch />
        </div>
      </div>
      <div className="bar">
        <Link to="/" className="wordmark" aria-label="Meridian Books">
          <Mark />
          <span>
            Meridian <span className="wordmark-2">Books</span>
          </span>
        </Link>
        <nav className="bar-nav" aria-label={t('nav.shop')}>
          {session.status === 'shopper' && (
            <NavLink to="/orders" className="bar-link orders-link">
              <span className="bar-label">{t('orders.title')}</span>
            </NavLink>
          )}
          <AccountLink />
          <CartLink />
        </nav>
      </div>
      <CategoryBar />
    </header>
  );
}
