import { Page, SHOP } from '../components/Page';
import { BlogSection } from '../features/blog/BlogSection';
import { Hero } from '../features/catalog/Hero';
import { HomeShelves } from '../features/catalog/HomeShelves';

export function HomePage({ blog }: { blog: string | null }) {
  return (
    <Page title={SHOP} heading={<Hero />} className="home">
      <HomeShelves>
        <BlogSection blog={blog} />
      </HomeShelves>
    </Page>
  );
}
