import { lazy, Suspense } from 'react';
import { useSeen } from '../../lib/useSeen';

// The page is whole without the blog, hence also where this part of the code cannot be had.
const Posts = lazy(() => import('./Posts').catch(() => ({ default: () => null })));

/** Recent posts of the blog, or those that speak of a book; nothing at all where there are none. */
export function BlogSection({ blog, book }: { blog: string | null; book?: string }) {
  const [place, seen] = useSeen<HTMLDivElement>();
  return (
    <div ref={place}>
      {seen && blog !== null && (
        <Suspense>
          <Posts blog={blog} book={book} />
        </Suspense>
      )}
    </div>
  );
}
