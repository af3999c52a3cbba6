import { type Dispatch, shop } from '../api/endpoints';
import { Page, SHOP } from '../components/Page';
import { BlogSection } from '../features/blog/BlogSection';
import { Hero, readHero } from '../features/catalog/Hero';
import { HomeShelves } from '../features/catalog/HomeShelves';
import { readBestsellers } from '../features/catalog/Shelf';

/** Starts the reads of the home page, as its HTML does (`lambda_src/pages/logic.py`). */
export function readFirst(dispatch: Dispatch): Promise<unknown>[] {
  return [dispatch(shop.endpoints.listCategories.initiate()), readHero(dispatch), readBestsellers(dispatch)];
}

export function HomePage({ blog }: { blog: string | null }) {
  return (
    <Page title={SHOP} heading={<Hero />} className="home">
      <HomeShelves>
        <BlogSection blog={blog} />
      </HomeShelves>
    </Page>
  );
}
