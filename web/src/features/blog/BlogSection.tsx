import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormatter } from '../../lib/format';
import { useSeen } from '../../lib/useSeen';
import { type Post, recentPosts } from './posts';

/** Recent posts of the blog, or those that speak of a book; nothing at all where there are none. */
export function BlogSection({ blog, search }: { blog: string | null; search?: string }) {
  const { t } = useTranslation();
  const format = useFormatter();
  const [place, seen] = useSeen<HTMLDivElement>();
  const [posts, setPosts] = useState<Post[]>([]);

  useEffect(() => {
    if (!seen || blog === null) return;
    let current = true;
    recentPosts(blog, search).then((found) => {
      if (current) setPosts(found);
    });
    return () => {
      current = false;
    };
  }, [seen, blog, search]);

  return (
    <div ref={place}>
      {posts.length > 0 && (
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
      )}
    </div>
  );
}
