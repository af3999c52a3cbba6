import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { AccountForm, CodeField } from './AccountForm';
import { confirm, resendCode } from './identity';
import { useSubmit } from './useSubmit';

/** The code from the e-mail. */
export function ConfirmStep({ email, onConfirmed }: { email: string; onConfirmed: () => Promise<void> }) {
  const { t } = useTranslation();
  const submit = useSubmit();
  const [code, setCode] = useState('');
  const [sent, setSent] = useState(false);
  const finish = async () => {
    await confirm(email, code);
    await onConfirmed();
  };
  return (
    <>
      <p className="lead">{t('account.confirmText', { email })}</p>
      <AccountForm submit={submit} action={t('account.confirm')} onSubmit={finish}>
        <CodeField value={code} onChange={setCode} />
      </AccountForm>
      <p className="account-other">
        <button
          type="button"
          className="link-button"
          disabled={submit.busy}
          onClick={() => submit.run(() => resendCode(email).then(() => setSent(true)))}
        >
          {t('account.resend')}
        </button>{' '}
        <span role="status">{sent && t('account.resent')}</span>
      </p>
    </>
  );
}
