import { asApiError, useListCategoriesQuery } from '../../api/shop';
import { Problem } from '../../components/Problem';
import { TilesSkeleton } from '../../components/Skeletons';
import { BestsellerShelf, CategoryShelf } from './Shelf';

/** Best sellers and a teaser of every category. */
export function HomeShelves() {
  const { data, error, refetch } = useListCategoriesQuery();
  return (
    <>
      <BestsellerShelf />
      {error && !data && <Problem error={asApiError(error)} onRetry={refetch} />}
      {!data && !error && <TilesSkeleton count={6} className="row-of-books" />}
      {data?.items.map(({ name }) => (
        <CategoryShelf key={name} category={name} />
      ))}
    </>
  );
}
