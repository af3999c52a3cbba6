import { useTranslation } from 'react-i18next';
import { RegionName } from '../components/RegionName';
import { useFormatter } from '../lib/format';
import { countryOf, useRegion } from '../lib/region';

/** The region of the last response. Screen readers announce changes only. */
export function RegionBadge() {
  const { t } = useTranslation();
  const format = useFormatter();
  const { answering, changed } = useRegion();
  const country = answering === null ? undefined : countryOf(answering);
  const name = country ? format.countryName(country) : answering;
  return (
    <div className="region-badge" data-region={answering ?? undefined}>
      {answering !== null && (
        <span key={answering} className={changed ? 'region-changed' : undefined}>
          {t('region.servedFrom')} <RegionName region={answering} />
        </span>
      )}
      <span className="visually-hidden" aria-live="polite">
        {changed && t('region.changed', { region: name })}
      </span>
    </div>
  );
}
