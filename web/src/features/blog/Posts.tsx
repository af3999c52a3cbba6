import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormatter } from '../../lib/format';
import { type Post, recentPosts } from './wordpress';

/** Recent posts, or those about a book. Renders nothing until they are loaded. */
export default function Posts({ blog, book }: { blog: string; book?: string }) {
  const { t } = useTranslation();
  const format = useFormatter();
  const [posts, setPosts] = useState<Post[]>([]);

  useEffect(() => {
    let current = true;
    recentPosts(blog, book).then((found) => {
      if (current) setPosts(found);
    });
    return () => {
      current = false;
    };
  }, [blog, book]);

  if (posts.length === 0) return null;
  const title = book ? t('blog.about') : t('blog.title');
  return (
    <section className="shelf blog" aria-label={title}>
      <div className="shelf-head">
        <h2>{title}</h2>
      </div>
      <div className="posts">
        {posts.map((post) => (
          <article key={post.id} className="post">
            <p className="muted small">{format.date(post.date)}</p>
            <h3>
              <a href={post.link} className="stretched">
                {post.title}
              </a>
            </h3>
            <p>{post.excerpt}</p>
          </article>
        ))}
      </div>
    </section>
  );
}
