import { useTranslation } from 'react-i18next';
import { Mark } from './Mark';

/** Shown if the configuration or the texts cannot be loaded; the defaults are English. */
export function Closed() {
  const { t } = useTranslation();
  return (
    <main className="page closed empty">
      <Mark />
      <h1 className="page-title">
        {t('problem.closed.title', { defaultValue: 'The shop can’t open right now' })}
      </h1>
      <p className="lead">
        {t('problem.closed.text', { defaultValue: 'Check your connection, then try again.' })}
      </p>
      <button type="button" className="btn btn-primary" onClick={() => window.location.reload()}>
        {t('common.retry', { defaultValue: 'Try again' })}
      </button>
    </main>
  );
}
