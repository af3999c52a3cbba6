import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Submit } from './useSubmit';

/** Another code, for whom the first one did not reach or came too late. */
export function Resend({ submit, send }: { submit: Submit; send: () => Promise<void> }) {
  const { t } = useTranslation();
  const [sent, setSent] = useState(false);
  const again = async () => {
    setSent(false);
    await send();
    setSent(true);
  };
  return (
    <p className="account-other">
      <button type="button" className="link-button" disabled={submit.busy} onClick={() => submit.run(again)}>
        {t('account.resend')}
      </button>{' '}
      <span role="status">{sent && t('account.resent')}</span>
    </p>
  );
}
