import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';

interface QuantityPickerProps {
  value: number;
  onChange: (value: number) => void;
  /** Accessible name of the field. */
  label: string;
  busy?: boolean;
  /** Copies that can be bought. */
  most: number;
}

/** The whole number nearest to the typed text within the limits; null if the text is not a number. */
export function parseQuantity(typed: string, most: number): number | null {
  const number = Number(typed.trim().replace(',', '.'));
  if (typed.trim() === '' || Number.isNaN(number)) return null;
  return Math.min(Math.max(Math.floor(number), 1), most);
}

/**
 * A number from 1 to `most`. Typed text is applied on blur and on Enter; a change of it is reported.
 *
 * Buttons are never `disabled`: that would move the focus away from a button that is being pressed.
 */
export function QuantityPicker({ value, onChange, label, busy = false, most }: QuantityPickerProps) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState(String(value));
  const [shown, setShown] = useState({ value, busy });
  const [note, setNote] = useState('');
  const noteId = useId();
  if (shown.value !== value || shown.busy !== busy) {
    setShown({ value, busy });
    if (!busy) setTyped(String(value)); // also after a change that failed
  }

  const change = (number: number) => {
    setTyped(String(number));
    if (number !== value) onChange(number);
  };
  const step = (number: number) => {
    if (busy) return;
    if (number < 1) return;
    setNote(number > most ? t('common.quantity.most', { count: most }) : '');
    if (number <= most) change(number);
  };
  const commit = () => {
    if (typed === String(value)) return;
    const number = parseQuantity(typed, most);
    const isExact = number !== null && typed.trim() === String(number);
    setNote(isExact ? '' : t('common.quantity.changed', { quantity: number ?? value, most }));
    change(number ?? value);
  };

  return (
    <div className="quantity-field">
      <fieldset className="quantity" aria-label={label} aria-busy={busy}>
        <button
          type="button"
          aria-label={t('common.less')}
          aria-disabled={busy || value <= 1}
          onClick={() => step(value - 1)}
        >
          −
        </button>
        <input
          inputMode="numeric"
          aria-label={label}
          aria-describedby={note ? noteId : undefined}
          value={typed}
          readOnly={busy}
          maxLength={12}
          onChange={(event) => setTyped(event.target.value)}
          onBlur={commit}
          onKeyDown={(event) => event.key === 'Enter' && commit()}
        />
        <button
          type="button"
          aria-label={t('common.more')}
          aria-disabled={busy || value >= most}
          onClick={() => step(value + 1)}
        >
          +
        </button>
      </fieldset>
      <p id={noteId} className="quantity-note" role="status">
        {note}
      </p>
    </div>
  );
}
