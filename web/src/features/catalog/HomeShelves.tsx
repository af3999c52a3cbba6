import { type ReactNode, useDeferredValue } from 'react';
import { failureOf, useListCategoriesQuery } from '../../api/endpoints';
import { Problem } from '../../components/Problem';
import { TilesSkeleton } from '../../components/Skeletons';
import { BestsellerShelf, CategoryShelf } from './Shelf';

/** Best sellers and a shelf for each category. The children come after the categories are known, so that they start below the viewport and load late. */
export function HomeShelves({ children }: { children: ReactNode }) {
  const query = useListCategoriesQuery();
  const failure = failureOf(query);
  const categories = useDeferredValue(query.data?.items);
  return (
    <>
      <BestsellerShelf />
      {failure && !categories && <Problem error={failure} onRetry={query.refetch} />}
      {!categories && !failure && <TilesSkeleton count={6} className="row-of-books" />}
      {categories?.map(({ name }) => (
        <CategoryShelf key={name} category={name} />
      ))}
      {(categories || query.error) && children}
    </>
  );
}
