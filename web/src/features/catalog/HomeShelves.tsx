import type { ReactNode } from 'react';
import { asApiError, useListCategoriesQuery } from '../../api/endpoints';
import { Problem } from '../../components/Problem';
import { TilesSkeleton } from '../../components/Skeletons';
import { BestsellerShelf, CategoryShelf } from './Shelf';

/** Best sellers and a shelf for each category. The children come after the categories are known, so that they start below the viewport and load late. */
export function HomeShelves({ children }: { children: ReactNode }) {
  const { data, error, refetch } = useListCategoriesQuery();
  return (
    <>
      <BestsellerShelf />
      {error && !data && <Problem error={asApiError(error)} onRetry={refetch} />}
      {!data && !error && <TilesSkeleton count={6} className="row-of-books" />}
      {data?.items.map(({ name }) => (
        <CategoryShelf key={name} category={name} />
      ))}
      {(data || error) && children}
    </>
  );
}
