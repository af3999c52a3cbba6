import { BlogSection } from '../features/blog/BlogSection';
import { AddToCart } from '../features/cart/AddToCart';
import BookPage from '../features/catalog/BookPage';

/** A book's page with what other features add to it. */
export default function BookRoute({ blog }: { blog: string | null }) {
  return (
    <BookPage
      buy={(book) => <AddToCart book={book} />}
      related={(book) => <BlogSection blog={blog} book={book.id} />}
    />
  );
}
