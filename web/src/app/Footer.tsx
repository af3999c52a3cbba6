import { useTranslation } from 'react-i18next';
import { RegionName } from '../components/RegionName';
import type { Region } from '../config';

export function Footer({ regions }: { regions: Region[] }) {
  const { t } = useTranslation();
  return (
    <footer className="site-footer">
      <div className="footer-inner">
        <p className="footer-shop">Meridian Books</p>
        <p>{t('footer.demo')}</p>
        <div className="footer-regions">
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
