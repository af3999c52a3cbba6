import { useTranslation } from 'react-i18next';
import { useListRelatedBooksQuery } from '../../api/endpoints';
import { useSeen } from '../../lib/useSeen';
import { Books, Shelf } from './Shelf';

const MAX_BOOKS = 6;

/** Books that were bought together with a book, requested when the shelf comes near the viewport; nothing without any. */
export function RelatedShelf({ bookId }: { bookId: string }) {
  const { t } = useTranslation();
  const [place, seen] = useSeen<HTMLDivElement>();
  const { data } = useListRelatedBooksQuery({ bookId }, { skip: !seen });
  const books = data?.items.slice(0, MAX_BOOKS).map(({ book }) => book) ?? [];
  return (
    <div ref={place}>
      {books.length > 0 && (
        <Shelf title={t('book.together')}>
          <Books books={books} />
        </Shelf>
      )}
    </div>
  );
}
