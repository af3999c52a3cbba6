import { useState } from 'react';
import type { Book } from '../api/generated';
import { hash } from '../lib/hash';
import { COMPOSITIONS } from './cover/compositions';
import { schemeFor } from './cover/palettes';
import { coverAuthor, coverTitle } from './cover/text';

type Covered = Pick<Book, 'title' | 'author' | 'category'> & Partial<Pick<Book, 'cover'>>;

/**
 * A book's cover: the catalog's picture. Without one, or if it fails to load, a cover drawn from title, author and
 * category, always the same for the same book.
 *
 * It is decoration; the text beside it has the same content.
 */
export function Cover({ book }: { book: Covered }) {
  const [broken, setBroken] = useState<string | null>(null);
  const { cover } = book;
  if (cover && cover !== broken) {
    const draw = () => setBroken(cover);
    return (
      <img className="cover" src={cover} alt="" width="200" height="300" loading="lazy" onError={draw} />
    );
  }
  const seed = hash(`${book.title}\n${book.author}`);
  const scheme = schemeFor(book.category, seed);
  const Draw = COMPOSITIONS[(seed >>> 4) % COMPOSITIONS.length] ?? COMPOSITIONS[0];
  return (
    <svg className="cover" viewBox="0 0 200 300" aria-hidden="true" focusable="false">
      <rect width="200" height="300" fill={scheme.ground} />
      {Draw && (
        <Draw title={coverTitle(book.title)} author={coverAuthor(book.author)} seed={seed} scheme={scheme} />
      )}
    </svg>
  );
}
