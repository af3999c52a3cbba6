import { type ComponentType, type FormEvent, lazy, Suspense, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation, useNavigate, useSearchParams } from 'react-router';
import { Icon } from '../../components/Icon';
import { loadChunk } from '../../lib/chunks';
import { loadPageTexts } from '../../lib/i18n';
import type { SuggestionsProps } from './Suggestions';

// Suggestions are optional: the form works without them.
const Suggestions = lazy(async (): Promise<{ default: ComponentType<SuggestionsProps> }> => {
  try {
    const [module] = await Promise.all([loadChunk(() => import('./Suggestions')), loadPageTexts()]);
    return module;
  } catch {
    return { default: () => null };
  }
});

/** The search form of the header. Suggestions are loaded when the field gets the focus. */
export function SearchField() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { pathname } = useLocation();
  const [search] = useSearchParams();
  const given = pathname === '/search' ? (search.get('q') ?? '') : '';
  const [text, setText] = useState(given);
  const [isOpen, setIsOpen] = useState(false);
  const input = useRef<HTMLInputElement>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: each navigation shows its own text
  useEffect(() => {
    setText(given);
    setIsOpen(false);
  }, [given, pathname, search]);

  const go = (path: string) => {
    setIsOpen(false);
    navigate(path);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const words = text.trim();
    if (!words) return;
    go(`/search?q=${encodeURIComponent(words)}`);
    void import('./recent').then(({ rememberSearch }) => rememberSearch(words)).catch(() => undefined);
  };

  return (
    <search className="search">
      <form
        action="/search"
        onSubmit={submit}
        onBlur={({ currentTarget, relatedTarget }) => {
          if (!currentTarget.contains(relatedTarget)) setIsOpen(false);
        }}
      >
        <input
          ref={input}
          type="search"
          name="q"
          className="form-control"
          aria-label={t('search.label')}
          placeholder={t('search.label')}
          value={text}
          maxLength={300}
          autoComplete="off"
          enterKeyHint="search"
          onFocus={() => setIsOpen(true)}
          onKeyDown={({ key }) => key === 'ArrowDown' && setIsOpen(true)}
          onChange={(event) => {
            setText(event.target.value);
            setIsOpen(true);
          }}
        />
        <button type="submit" aria-label={t('search.submit')}>
          <Icon name="search" />
        </button>
        {isOpen && (
          <Suspense>
            <Suggestions input={input} text={text} onGo={go} onClose={() => setIsOpen(false)} />
          </Suspense>
        )}
      </form>
    </search>
  );
}
