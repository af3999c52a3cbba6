import { useState } from 'react';
import { useTranslation } from 'react-i18next';

const MOST = 99;

interface QuantityPickerProps {
  value: number;
  onChange: (value: number) => void;
  /** Names the field for whoever does not see what it stands beside. */
  label: string;
  disabled?: boolean;
}

/** A number from 1 to 99, typed or stepped; what is typed counts when the field is left or Enter is pressed. */
export function QuantityPicker({ value, onChange, label, disabled = false }: QuantityPickerProps) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState(String(value));
  const [shown, setShown] = useState(value);
  if (shown !== value) {
    setShown(value);
    setTyped(String(value));
  }

  const commit = () => {
    const number = Math.min(Math.max(Number.parseInt(typed, 10) || value, 1), MOST);
    setTyped(String(number));
    if (number !== value) onChange(number);
  };

  return (
    <fieldset className="quantity" aria-label={label}>
      <button
        type="button"
        aria-label={t('common.less')}
        disabled={disabled || value <= 1}
        onClick={() => onChange(value - 1)}
      >
        −
      </button>
      <input
        inputMode="numeric"
        aria-label={label}
        value={typed}
        disabled={disabled}
        onChange={(event) => setTyped(event.target.value.replace(/\D/g, '').slice(0, 2))}
        onBlur={commit}
        onKeyDown={(event) => event.key === 'Enter' && commit()}
      />
      <button
        type="button"
        aria-label={t('common.more')}
        disabled={disabled || value >= MOST}
        onClick={() => onChange(value + 1)}
      >
        +
      </button>
    </fieldset>
  );
}
