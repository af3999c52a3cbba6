import { type ComponentType, lazy, type ReactNode, Suspense, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type RouteObject, useLocation, useRoutes } from 'react-router';
import type { Dispatch } from '../api/endpoints';
import { LinesSkeleton } from '../components/Skeletons';
import type { Config } from '../config';
import { loadChunk } from '../lib/chunks';
import { loadPageTexts } from '../lib/i18n';
import { nextTask } from '../lib/nextTask';
import { fetchTexts, firstLanguage } from '../lib/texts';
import { CartMerge } from './CartMerge';
import { ErrorBoundary } from './ErrorBoundary';
import { Footer } from './Footer';
import { GuestOnly, ShopperOnly, WholeCart } from './guards';
import { Header } from './Header';
import { HomePage, readFirst as readHome } from './HomePage';

interface PageModule<Props> {
  default: ComponentType<Props>;
  readFirst?: (dispatch: Dispatch) => Promise<unknown>[];
}

let prepare = async (dispatch: Dispatch): Promise<unknown> => Promise.all(readHome(dispatch));

/**
 * Loads the page that is opened first, if it is one with first content, and its data, so that it is rendered without
 * placeholders. Rejects if a file cannot be loaded.
 */
export const prepareFirstPage = (dispatch: Dispatch) => prepare(dispatch);

/**
 * A page in its own chunk, loaded together with the texts of pages.
 *
 * @param address matches the path of a page with first content, which is loaded before the app is rendered.
 */
function page<Props extends object>(
  load: () => Promise<PageModule<Props>>,
  address?: RegExp,
): ComponentType<Props> {
  const loadWithTexts = async () => {
    const [module] = await Promise.all([loadChunk(load), loadPageTexts()]);
    return module;
  };
  const Later = lazy(loadWithTexts);
  if (!address?.test(window.location.pathname)) return Later;

  // A failure is handled when the page is rendered.
  nextTask()
    .then(() => Promise.all([load(), fetchTexts(firstLanguage, 'pages')]))
    .catch(() => undefined);
  let Loaded: ComponentType<Props> | undefined;
  prepare = async (dispatch) => {
    const module = await loadWithTexts();
    Loaded = module.default;
    await Promise.all(module.readFirst?.(dispatch) ?? []);
  };
  // A lazy component shows its placeholder even if its chunk is there.
  return function FirstPage(props: Props) {
    const [Shown] = useState<ComponentType<Props>>(() => Loaded ?? Later);
    return <Shown {...props} />;
  };
}

const BookRoute = page(() => import('./BookRoute'), /^\/books\//);
const CategoryPage = page(() => import('../features/catalog/CategoryPage'), /^\/category\//);
const SearchPage = page(() => import('../features/catalog/SearchPage'));
const BestsellersPage = page(() => import('../features/catalog/BestsellersPage'));
const CartPage = page(() => import('../features/cart/CartPage'));
const CheckoutPage = page(() => import('../features/orders/CheckoutPage'));
const OrdersPage = page(() => import('../features/orders/OrdersPage'));
const OrderPage = page(() => import('../features/orders/OrderPage'));
const SignInPage = page(() => import('../features/account/SignInPage'));
const SignUpPage = page(() => import('../features/account/SignUpPage'));
const ForgotPage = page(() => import('../features/account/ForgotPage'));
const AccountPage = page(() => import('../features/account/AccountPage'));
const InfoPage = page(() => import('./InfoPage'));
const NotFoundPage = page(() => import('./NotFoundPage'));

const forShoppers = (page: ReactNode) => <ShopperOnly>{page}</ShopperOnly>;
const forGuests = (page: ReactNode) => <GuestOnly>{page}</GuestOnly>;

function routesFor({ blog, signUpCode: knownCode }: Config): RouteObject[] {
  return [
    { path: '/', element: <HomePage blog={blog} /> },
    { path: '/category/:name', element: <CategoryPage /> },
    { path: '/search', element: <SearchPage /> },
    { path: '/bestsellers', element: <BestsellersPage /> },
    { path: '/books/:bookId', element: <BookRoute blog={blog} /> },
    { path: '/cart', element: <CartPage /> },
    {
      path: '/checkout',
      element: forShoppers(
        <WholeCart>
          <CheckoutPage />
        </WholeCart>,
      ),
    },
    { path: '/orders', element: forShoppers(<OrdersPage />) },
    { path: '/orders/:orderId', element: forShoppers(<OrderPage />) },
    { path: '/sign-in', element: forGuests(<SignInPage knownCode={knownCode} />) },
    { path: '/sign-up', element: forGuests(<SignUpPage knownCode={knownCode} />) },
    { path: '/forgot', element: forGuests(<ForgotPage knownCode={knownCode} />) },
    { path: '/account', element: <AccountPage /> },
    { path: '/privacy', element: <InfoPage topic="privacy" /> },
    { path: '/imprint', element: <InfoPage topic="imprint" /> },
    { path: '*', element: <NotFoundPage /> },
  ];
}

function Pages({ config }: { config: Config }) {
  return useRoutes(routesFor(config));
}

export function App({ config }: { config: Config }) {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  const main = useRef<HTMLElement>(null);
  return (
    <>
      <button type="button" className="skip" onClick={() => main.current?.focus()}>
        {t('nav.skip')}
      </button>
      <CartMerge />
      <Header blog={config.links?.blog} />
      <main id="main" ref={main} tabIndex={-1}>
        <ErrorBoundary place={pathname}>
          <Suspense fallback={<LinesSkeleton />}>
            <Pages config={config} />
          </Suspense>
        </ErrorBoundary>
      </main>
      <Footer regions={config.regions} links={config.links} />
    </>
  );
}
