import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { changeLanguage } from '../lib/i18n';
import { LANGUAGES, type Language } from '../lib/texts';

/** Keeps the current language and reports an error if the other language's texts cannot be loaded. */
export function LanguageSwitch() {
  const { t, i18n } = useTranslation();
  const [failed, setFailed] = useState(false);
  const change = (language: Language) => {
    setFailed(false);
    changeLanguage(language).catch(() => setFailed(true));
  };
  return (
    <div className="language-switch">
      {failed && <span role="alert">{t('problem.unreachable.title')}</span>}
      <label className="language">
        <span className="visually-hidden">{t('nav.language')}</span>
        <select value={i18n.language} onChange={(event) => change(event.target.value as Language)}>
          {Object.entries(LANGUAGES).map(([language, name]) => (
            <option key={language} value={language} lang={language}>
              {name}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}
