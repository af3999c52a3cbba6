import { useTranslation } from 'react-i18next';
import { AccountForm, CodeField } from './AccountForm';
import { CodeHelp } from './CodeHelp';
import { confirm, resendCode } from './identity';
import { useAccountForm } from './useAccountForm';

interface ConfirmStepProps {
  email: string;
  knownCode: string | null;
  onConfirmed: () => Promise<void>;
  /** Goes back to the form where another address can be entered. */
  onOtherEmail: () => void;
}

/** Asks for the code of the e-mail that confirms a new account. */
export function ConfirmStep({ email, knownCode, onConfirmed, onOtherEmail }: ConfirmStepProps) {
  const { t } = useTranslation();
  const form = useAccountForm({ code: '' });
  const finish = async () => {
    await confirm(email, form.values.code);
    await onConfirmed();
  };
  return (
    <>
      <p className="lead">{t('account.confirmText', { email })}</p>
      <AccountForm form={form} action={t('account.confirm')} onSubmit={finish}>
        <CodeField {...form.field('code')} />
      </AccountForm>
      <CodeHelp form={form} send={() => resendCode(email)} knownCode={knownCode} />
      <p className="account-other">
        <button type="button" className="link-button" onClick={onOtherEmail}>
          {t('account.otherEmail')}
        </button>
      </p>
    </>
  );
}
