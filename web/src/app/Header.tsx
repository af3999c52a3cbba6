import { useTranslation } from 'react-i18next';
import { Link, NavLink } from 'react-router';
import { AccountLink } from '../features/account/AccountLink';
import { CartLink } from '../features/cart/CartLink';
import { CategoryBar } from '../features/catalog/CategoryBar';
import { SearchField } from '../features/search/SearchField';
import { useSession } from '../lib/session';
import { LanguageSwitch } from './LanguageSwitch';
import { Mark } from './Mark';
import { RegionBadge } from './RegionBadge';

export function Header({ blog }: { blog?: string }) {
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
        <SearchField />
        <nav className="bar-nav" aria-label={t('nav.shop')}>
          {blog && (
            <a href={blog} className="bar-link wide-only">
              <span className="bar-label">{t('footer.blog')}</span>
            </a>
          )}
          {session.status === 'shopper' && (
            <NavLink to="/orders" className="bar-link wide-only">
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
