import { lazy, Suspense } from 'react';
import { useSeen } from '../../lib/useSeen';

// The blog is optional, so a chunk that fails to load renders nothing.
const Posts = lazy(() => import('./Posts').catch(() => ({ default: () => null })));

/** Recent posts of the blog, or posts about a book. Renders nothing without posts. */
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
