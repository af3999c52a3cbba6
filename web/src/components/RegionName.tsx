import { useFormatter } from '../lib/format';
import { countryOf } from '../lib/region';
import { Flag } from './Flag';

/** A region by flag and country; AWS's name is the tooltip. */
export function RegionName({ region }: { region: string }) {
  const format = useFormatter();
  const country = countryOf(region);
  return (
    <span className="region" title={region}>
      <Flag country={country} />
      {country ? format.countryName(country) : region}
    </span>
  );
}
