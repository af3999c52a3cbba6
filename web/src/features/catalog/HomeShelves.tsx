import { type ReactNode, useDeferredValue } from 'react';
import { asApiError, useListCategoriesQuery } from '../../api/endpoints';
import { Problem } from '../../components/Problem';
import { TilesSkeleton } from '../../components/Skeletons';
import { BestsellerShelf, CategoryShelf } from './Shelf';

/** Best sellers and a shelf for each category. The children come after the categories are known, so that they start below the viewport and load late. */
export function HomeShelves({ children }: { children: ReactNode }) {
  const { data, error, refetch } = useListCategoriesQuery();
  const categories = useDeferredValue(data?.items);
  return (
    <>
      <BestsellerShelf />
      {error && !categories && <Problem error={asApiError(error)} onRetry={refetch} />}
      {!categories && !error && <TilesSkeleton count={6} className="row-of-books" />}
      {categories?.map(({ name }) => (
        <CategoryShelf key={name} category={name} />
      ))}
      {(categories || error) && children}
    </>
  );
}
