import { useTranslation } from 'react-i18next';
import { NavLink } from 'react-router';
import { Icon } from '../../components/Icon';
import { useCartCount } from './useCartCount';

/** Link to the cart, with the number of books in it. */
export function CartLink() {
  const { t } = useTranslation();
  const count = useCartCount();
  return (
    <NavLink to="/cart" className="bar-link">
      <Icon name="cart" />
      <span className="bar-label" aria-hidden="true">
        {t('cart.title')}
      </span>
      {count > 0 && (
        <span className="badge-count" aria-hidden="true">
          {count}
        </span>
      )}
      <span className="visually-hidden">{t('cart.link', { count })}</span>
    </NavLink>
  );
}
