import { useTranslation } from 'react-i18next';

const range = (count: number) => Array.from({ length: count }, (_, index) => index);

export function Loading() {
  const { t } = useTranslation();
  return (
    <span className="visually-hidden" role="status">
      {t('common.loading')}
    </span>
  );
}

/** Placeholders of the same size as the tiles, to avoid a layout shift. */
export function TilesSkeleton({ count, className = 'grid' }: { count: number; className?: string }) {
  return (
    <>
      <Loading />
      <div className={className} aria-hidden="true">
        {range(count).map((tile) => (
          <div key={tile} className="tile skeleton">
            <div className="cover" />
            <div className="tile-text bone-line" />
            <div className="tile-foot bone-line" />
          </div>
        ))}
      </div>
    </>
  );
}

export function LinesSkeleton({ count = 3 }: { count?: number }) {
  return (
    <>
      <Loading />
      <div aria-hidden="true" className="lines-skeleton">
        {range(count).map((line) => (
          <div key={line} className="skeleton bone tall" />
        ))}
      </div>
    </>
  );
}
