import { useTranslation } from 'react-i18next';

/** The shop could not even learn where its API is. */
export function Closed() {
  const { t } = useTranslation();
  return (
    <main className="page closed">
      <h1 className="page-title">{t('problem.closed.title')}</h1>
      <p className="lead">{t('problem.closed.text')}</p>
      <button type="button" className="btn btn-primary" onClick={() => window.location.reload()}>
        {t('common.retry')}
      </button>
    </main>
  );
}
