import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Book } from '../../api/generated';
import { Cover } from '../../components/Cover';
import { Stars } from '../../components/Stars';
import { StockNote } from '../../components/StockNote';
import { languageTag, useFormatter } from '../../lib/format';

/** A book on a shelf. The title is the link; its area covers the whole tile. */
export function BookTile({ book, rank, sold }: { book: Book; rank?: number; sold?: number }) {
  const { t } = useTranslation();
  const format = useFormatter();
  return (
    <article className="tile">
      <div className="tile-cover">
        <Cover book={book} />
      </div>
      <div className={rank === undefined ? 'tile-text' : 'tile-text ranked'}>
        {rank !== undefined && (
          <span className="rank">
            <span className="visually-hidden">{t('bestsellers.rank', { rank })}</span>
            <span aria-hidden="true">{rank}</span>
          </span>
        )}
        <h3 className="tile-title">
          <Link to={`/books/${book.id}`} className="stretched" lang={languageTag(book.language)}>
            {book.title}
          </Link>
        </h3>
        <p className="tile-author">{book.author}</p>
      </div>
      <p className="tile-foot">
        <span className="price">{format.money(book.price, book.currency)}</span>
        {sold === undefined ? (
          <Stars rating={book.rating} />
        ) : (
          <span className="muted">{t('bestsellers.sold', { count: sold, number: format.number(sold) })}</span>
        )}
      </p>
      <StockNote stock={book.stock} />
    </article>
  );
}
