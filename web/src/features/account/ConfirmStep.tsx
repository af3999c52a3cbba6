import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { AccountForm, CodeField } from './AccountForm';
import { confirm, resendCode } from './identity';
import { Resend } from './Resend';
import { useSubmit } from './useSubmit';

/** The code from the e-mail. */
export function ConfirmStep({ email, onConfirmed }: { email: string; onConfirmed: () => Promise<void> }) {
  const { t } = useTranslation();
  const submit = useSubmit();
  const [code, setCode] = useState('');
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
      <Resend submit={submit} send={() => resendCode(email)} />
    </>
  );
}
