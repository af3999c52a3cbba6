/** A post of the shop's blog, as plain text. */
export interface Post {
  id: number;
  link: string;
  title: string;
  excerpt: string;
  date: string;
}

interface WordPressPost {
  id: number;
  link: string;
  date: string;
  title: { rendered: string };
  excerpt: { rendered: string };
}

const FIELDS = 'id,link,title,excerpt,date';
const TIMEOUT_MS = 4_000;

/** Text content of WordPress's HTML. Markup is dropped. */
function plain(html: string): string {
  const text = new DOMParser().parseFromString(html, 'text/html').body.textContent ?? '';
  return text.replace(/\s+/g, ' ').trim();
}

function isSafe(link: string): boolean {
  try {
    return /^https?:$/.test(new URL(link).protocol);
  } catch {
    return false;
  }
}

function postOf({ id, link, date, title, excerpt }: WordPressPost): Post {
  return { id, link, date, title: plain(title.rendered), excerpt: plain(excerpt.rendered) };
}

/**
 * Recent posts, or those about one book. Empty if the blog does not answer.
 *
 * Through the storefront's own origin, an unavailable blog answers 204, so that the browser logs no error in its
 * console.
 */
export async function recentPosts(blog: string, book?: string): Promise<Post[]> {
  const query = new URLSearchParams({ per_page: '3', _fields: FIELDS, ...(book && { book }) });
  try {
    const response = await fetch(`${blog}/wp-json/wp/v2/posts?${query}`, {
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (response.status !== 200) return [];
    const posts = (await response.json()) as WordPressPost[];
    return posts.map(postOf).filter((post) => isSafe(post.link));
  } catch {
    return [];
  }
}
