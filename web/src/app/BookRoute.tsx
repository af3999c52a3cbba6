import { BlogSection } from '../features/blog/BlogSection';
import { AddToCart } from '../features/cart/AddToCart';
import BookPage from '../features/catalog/BookPage';

export { readFirst } from '../features/catalog/BookPage';

/** The book page with its cart and blog parts. */
export default function BookRoute({ blog }: { blog: string | null }) {
  return (
    <BookPage
      buy={(book) => <AddToCart book={book} />}
      related={(book) => <BlogSection blog={blog} book={book.id} />}
    />
  );
}
