import { screen, waitFor } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { expect, it } from 'vitest';
import { renderPage } from '../../../test/render';
import { server } from '../../../test/server';
import { BlogSection } from './BlogSection';
import { recentPosts } from './wordpress';

const BLOG = 'https://blog.shop.test';
const POSTS = `${BLOG}/wp-json/wp/v2/posts`;

const post = (id: number, link: string) => ({
  id,
  link,
  date: '2026-10-01T10:00:00',
  title: { rendered: 'Soup &amp; bread' },
  excerpt: { rendered: '<p>Warm <script>alert(1)</script><em>words</em></p>' },
});

it('posts are shown as plain text', async () => {
  server.use(http.get(POSTS, () => HttpResponse.json([post(1, `${BLOG}/soup`)])));
  const { container } = renderPage(<BlogSection blog={BLOG} />);
  const link = await screen.findByRole('link', { name: 'Soup & bread' });
  expect(link.getAttribute('href')).toBe(`${BLOG}/soup`);
  expect(container.querySelector('script, em')).toBeNull();
});

it('posts of a book are requested by its id', async () => {
  let asked = '';
  server.use(
    http.get(POSTS, ({ request }) => {
      asked = new URL(request.url).searchParams.get('book') ?? '';
      return HttpResponse.json([]);
    }),
  );
  renderPage(<BlogSection blog={BLOG} book="salt-fat-acid-heat" />);
  await waitFor(() => expect(asked).toBe('salt-fat-acid-heat'));
});

it.each([
  ['unreachable', () => HttpResponse.error()],
  ['away', () => new HttpResponse(null, { status: 204 })],
  ['broken', () => new HttpResponse('<html>', { status: 200 })],
  ['refusing', () => new HttpResponse(null, { status: 500 })],
])('blog that is %s gives no posts', async (_state, answer) => {
  server.use(http.get(POSTS, answer));
  expect(await recentPosts(BLOG)).toEqual([]);
});

it('posts without a web address are dropped', async () => {
  server.use(
    http.get(POSTS, () => HttpResponse.json([post(1, 'javascript:alert(1)'), post(2, `${BLOG}/soup`)])),
  );
  expect((await recentPosts(BLOG)).map(({ id }) => id)).toEqual([2]);
});

it('section without a blog is empty', () => {
  const { container } = renderPage(<BlogSection blog={null} />);
  expect(container.querySelector('section')).toBeNull();
});
