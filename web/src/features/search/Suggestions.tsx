import { type RefObject, useEffect, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useListSuggestionsQuery } from '../../api/endpoints';
import type { Suggestion } from '../../api/generated';
import { recentSearches } from './recent';

/** Pause in typing before a request. */
const DEBOUNCE_MS = 120;

export interface SuggestionsProps {
  input: RefObject<HTMLInputElement | null>;
  text: string;
  onGo: (path: string) => void;
  onClose: () => void;
}

interface Option {
  text: string;
  kind: Suggestion['kind'] | 'recent';
  path: string;
}

function optionOf({ text, kind, bookId }: Suggestion): Option {
  const encoded = encodeURIComponent(text);
  if (kind === 'author') return { text, kind, path: `/search?author=${encoded}` };
  if (kind === 'category') return { text, kind, path: `/category/${encoded}` };
  return { text, kind, path: bookId ? `/books/${bookId}` : `/search?q=${encoded}` };
}

function useDebounced(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), DEBOUNCE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}

/** Suggestions for the text, or recent searches for an empty one. */
function useOptions(text: string): Option[] {
  const words = useDebounced(text.trim());
  const { currentData } = useListSuggestionsQuery({ q: words }, { skip: words === '' });
  if (text.trim() === '')
    return recentSearches().map((recent) => ({
      text: recent,
      kind: 'recent',
      path: `/search?q=${encodeURIComponent(recent)}`,
    }));
  return (currentData?.items ?? []).map(optionOf);
}

/**
 * The listbox of a combobox (https://www.w3.org/WAI/ARIA/apg/patterns/combobox/). It adds the roles and the keys to
 * the given input, which is a plain search field until this chunk is loaded.
 */
export default function Suggestions({ input, text, onGo, onClose }: SuggestionsProps) {
  const { t } = useTranslation();
  const id = useId();
  const options = useOptions(text);
  const [active, setActive] = useState(-1);
  const isShown = options.length > 0;

  // biome-ignore lint/correctness/useExhaustiveDependencies: new text has new options
  useEffect(() => setActive(-1), [text]);

  useEffect(() => {
    const field = input.current;
    if (!field) return;
    const attributes = {
      role: 'combobox',
      'aria-autocomplete': 'list',
      'aria-expanded': String(isShown),
      'aria-controls': `${id}list`,
      'aria-activedescendant': active >= 0 ? `${id}${active}` : '',
    };
    for (const [name, value] of Object.entries(attributes)) field.setAttribute(name, value);
    return () => {
      for (const name of Object.keys(attributes)) field.removeAttribute(name);
    };
  }, [input, id, isShown, active]);

  useEffect(() => {
    const field = input.current;
    const press = (event: KeyboardEvent) => {
      if (event.isComposing) return; // an input method uses the same keys
      const chosen = options[active];
      if (event.key === 'Escape' && isShown) onClose();
      else if (event.key === 'ArrowDown' && isShown) setActive(((active + 2) % (options.length + 1)) - 1);
      else if (event.key === 'ArrowUp' && isShown)
        setActive(((active + 1 + options.length) % (options.length + 1)) - 1);
      else if (event.key === 'Enter' && chosen) onGo(chosen.path);
      else return;
      event.preventDefault();
    };
    field?.addEventListener('keydown', press);
    return () => field?.removeEventListener('keydown', press);
  }, [input, options, active, isShown, onGo, onClose]);

  return (
    <>
      <div
        id={`${id}list`}
        role="listbox"
        aria-label={t('search.suggestions')}
        className="suggestions"
        hidden={!isShown}
      >
        {options.map((option, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: keys are handled by the combobox
          <div
            key={option.kind + option.path + option.text}
            id={`${id}${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === active}
            onPointerDown={(event) => event.preventDefault() /* keeps the focus in the field */}
            onClick={() => onGo(option.path)}
          >
            <span>{option.text}</span> <span className="muted small">{t(`search.kinds.${option.kind}`)}</span>
          </div>
        ))}
      </div>
      <span className="visually-hidden" role="status">
        {isShown && t('search.suggestionCount', { count: options.length })}
      </span>
    </>
  );
}
