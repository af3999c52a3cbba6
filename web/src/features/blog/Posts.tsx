import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormatter } from '../../lib/format';
import { type Post, recentPosts } from './wordpress';

/** Recent posts, or those that speak of `search`, as soon as they are here. */
export default function Posts({ blog, search }: { blog: string; search?: string }) {
  const { t } = useTranslation();
  const format = useFormatter();
  const [posts, setPosts] = useState<Post[]>([]);

  useEffect(() => {
    let current = true;
    recentPosts(blog, search).then((found) => {
      if (current) setPosts(found);
    });
    return () => {
      current = false;
    };
  }, [blog, search]);

  if (posts.length === 0) return null;
  return (
    <section className="shelf blog" aria-label={t('blog.title')}>
      <div className="shelf-head">
        <h2>{search ? t('blog.about') : t('blog.title')}</h2>
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
