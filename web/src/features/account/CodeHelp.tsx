import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { FormState } from './useAccountForm';

interface CodeHelpProps {
  form: FormState;
  send: () => Promise<void>;
  /** The code itself, on a local cloud, which sends no e-mail. */
  knownCode: string | null;
}

/** Sends the code again; on a local cloud shows it. */
export function CodeHelp({ form, send, knownCode }: CodeHelpProps) {
  const { t } = useTranslation();
  const [sent, setSent] = useState(false);
  const again = async () => {
    setSent(false);
    await send();
    setSent(true);
  };
  return (
    <>
      {knownCode && (
        <p className="notice">
          <span>
            {t('account.localCode')} <code>{knownCode}</code>
          </span>
        </p>
      )}
      <p className="account-other">
        <button
          type="button"
          className="link-button"
          aria-disabled={form.busy}
          onClick={() => !form.busy && form.run(again)}
        >
          {t('account.resend')}
        </button>{' '}
        <span role="status">{sent && t('account.resent')}</span>
      </p>
    </>
  );
}
