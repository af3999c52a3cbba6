import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { RegionName } from '../components/RegionName';
import type { Links, Region } from '../config';

export function Footer({ regions, links = {} }: { regions: Region[]; links?: Links }) {
  const { t } = useTranslation();
  const { blog, source, imprint, controlRoom } = links;
  return (
    <footer className="site-footer">
      <div className="footer-inner">
        <div>
          <p className="footer-shop">Meridian Books</p>
          <p>{t('footer.demo')}</p>
        </div>
        <nav aria-label={t('footer.links')}>
          <ul className="footer-links">
            {blog && (
              <li>
                <a href={blog}>{t('footer.blog')}</a>
              </li>
            )}
            {source && (
              <li>
                <a href={source}>{t('footer.source')}</a>
              </li>
            )}
            {controlRoom && (
              <li>
                <a href={controlRoom}>{t('footer.controlRoom')}</a>
              </li>
            )}
            <li>
              <Link to="/privacy">{t('footer.privacy')}</Link>
            </li>
            <li>
              {imprint ? (
                <a href={imprint}>{t('footer.imprint')}</a>
              ) : (
                <Link to="/imprint">{t('footer.imprint')}</Link>
              )}
            </li>
          </ul>
        </nav>
        <div>
          <p>{t('footer.regions')}</p>
          <ul>
            {regions.map(({ name }) => (
              <li key={name}>
                <RegionName region={name} />
              </li>
            ))}
          </ul>
        </div>
      </div>
    </footer>
  );
}
