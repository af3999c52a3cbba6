import { Fragment, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';

/** Authors that are always visible. */
const SHOWN = 3;

const SUFFIX = /^(jr\.?|sr\.?|ii|iii|iv)$/i;

/** The names in a book's author field, by the rule of the search's index (`split_authors` in `lambda_src/search/text.py`). */
function namesOf(author: string): string[] {
  const names: string[] = [];
  for (const part of author.split(',').map((each) => each.trim())) {
    if (names.length > 0 && SUFFIX.test(part)) names.push(`${names.pop()}, ${part}`);
    else if (part) names.push(part);
  }
  return names;
}

/** Links to the books of each author; many authors are folded. @param author names, separated by commas */
export function Authors({ author }: { author: string }) {
  const { t } = useTranslation();
  const [isOpen, setIsOpen] = useState(false);
  const authors = namesOf(author);
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
