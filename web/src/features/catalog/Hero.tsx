import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { type Dispatch, LIST, shop, useListBooksQuery } from '../../api/endpoints';
import type { Book } from '../../api/generated';
import { Cover } from '../../components/Cover';
import { Icon } from '../../components/Icon';

const MERIDIANS = [14, 78, 142, 206, 270];

function Globe() {
  return (
    <svg className="hero-globe" viewBox="0 0 600 600" aria-hidden="true" focusable="false">
      <circle cx="300" cy="300" r="280" />
      {MERIDIANS.map((rx) => (
        <ellipse key={rx} cx="300" cy="300" rx={rx} ry="280" />
      ))}
      <path d="M20 300h560M52 170h496M52 430h496M150 62h300M150 538h300" />
    </svg>
  );
}

/** The best rated books of three different categories, if there are three. */
function three(books: Book[]): Book[] {
  const firsts = books.filter(
    (book, place) => books.findIndex(({ category }) => category === book.category) === place,
  );
  return [...new Set([...firsts, ...books])].slice(0, 3);
}

/** The page's HTML starts this read (`lambda_src/pages/logic.py`). */
const READ = { limit: 12 };

/** Starts the read of the covers' books. */
export function readHero(dispatch: Dispatch): Promise<unknown> {
  return dispatch(shop.endpoints.listBooks.initiate(READ));
}

/** Introduction of the home page, with three covers. */
export function Hero() {
  const { t } = useTranslation();
  const { data } = useListBooksQuery(READ, LIST);
  const books = data ? three(data.items) : [undefined, undefined, undefined];
  return (
    <section className="hero">
      <div className="hero-inner">
        <div className="hero-text">
          <h1 tabIndex={-1}>{t('home.headline')}</h1>
          <p>{t('home.lead')}</p>
          <Link to="/bestsellers" className="btn btn-sun btn-lg">
            {t('home.action')} <Icon name="arrow" />
          </Link>
        </div>
        <div className="hero-art" aria-hidden="true">
          <Globe />
          {books.map((book, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: three fixed places
            <div key={index} className={`hero-book hero-book-${index + 1}`}>
              {book ? <Cover book={book} /> : <div className="cover" />}
            </div>
          ))}
        </div>
      </div>
    </section>
  );
}
