import { Fragment, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';

/** Authors that are always visible. */
const SHOWN = 3;

/** Links to the books of each author; many authors are folded. @param author names, separated by commas */
export function Authors({ author }: { author: string }) {
  const { t } = useTranslation();
  const [isOpen, setIsOpen] = useState(false);
  const authors = author.split(', ').filter(Boolean);
  const shown = isOpen || authors.length <= SHOWN + 1 ? authors : authors.slice(0, SHOWN);
  const hidden = authors.length - shown.length;
  return (
    <p className="book-author">
      {shown.map((name, index) => (
        <Fragment key={name}>
          {index > 0 && ', '}
          <Link to={`/search?author=${encodeURIComponent(name)}`}>{name}</Link>
        </Fragment>
      ))}
      {hidden > 0 && (
        <>
          {' '}
          <button type="button" className="link-button" onClick={() => setIsOpen(true)}>
            {t('book.authorsMore', { count: hidden })}
          </button>
        </>
      )}
    </p>
  );
}
