import { useTranslation } from 'react-i18next';
import { Page } from '../components/Page';

/** Privacy and imprint: a heading and paragraphs. */
export default function InfoPage({ topic }: { topic: 'privacy' | 'imprint' }) {
  const { t } = useTranslation();
  return (
    <Page title={t(`footer.${topic}`)} className="info-page">
      {t(`info.${topic}`)
        .split('\n')
        .map((paragraph) => (
          <p key={paragraph}>{paragraph}</p>
        ))}
    </Page>
  );
}
