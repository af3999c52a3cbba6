import { useTranslation } from 'react-i18next';
import { useDispatch } from 'react-redux';
import { Link, useLocation, useNavigate } from 'react-router';
import { Page } from '../../components/Page';
import { signedIn } from '../../lib/session';
import { AccountForm, EmailField, PasswordField } from './AccountForm';
import { ConfirmStep } from './ConfirmStep';
import { resendCode, signIn, signUp } from './identity';
import { useAccountForm } from './useAccountForm';
import { usePendingEmail } from './usePendingEmail';

export default function SignUpPage({ knownCode = null }: { knownCode?: string | null }) {
  const { t } = useTranslation();
  const dispatch = useDispatch();
  const navigate = useNavigate();
  const { search } = useLocation();
  const form = useAccountForm({ email: '', password: '' });
  const [unconfirmed, setUnconfirmed] = usePendingEmail('sign-up');

  const create = async () => {
    const email = form.values.email.trim();
    await signUp(email, form.values.password);
    setUnconfirmed(email);
  };
  const resend = async () => {
    const email = form.values.email.trim();
    await resendCode(email);
    setUnconfirmed(email);
  };
  const confirmed = async () => {
    const email = unconfirmed ?? '';
    const { password } = form.values;
    const result = password ? await signIn(email, password).catch(() => null) : null;
    setUnconfirmed(null);
    if (result?.next === 'done') return void dispatch(signedIn(result.shopper));
    // An earlier sign-up, perhaps another person's, has set another password: the owner of the address sets a new one.
    // After a reload the password is gone: the shopper types it on the sign-in page.
    navigate(`/${password ? 'forgot' : 'sign-in'}${search}`, { replace: true, state: { email } });
  };

  if (unconfirmed !== null) {
    return (
      <Page key="confirm" title={t('account.confirmTitle')} className="account-page">
        <ConfirmStep
          email={unconfirmed}
          knownCode={knownCode}
          onConfirmed={confirmed}
          onOtherEmail={() => setUnconfirmed(null)}
        />
      </Page>
    );
  }
  return (
    <Page title={t('account.signUp')} className="account-page">
      <AccountForm form={form} action={t('account.signUp')} onSubmit={create}>
        <EmailField {...form.field('email')} />
        <PasswordField {...form.field('password')} isNew />
      </AccountForm>
      {form.advice === 'exists' && (
        <p className="account-other">
          {t('account.neverConfirmed')}{' '}
          <button type="button" className="link-button" onClick={() => form.run(resend)}>
            {t('account.resend')}
          </button>
        </p>
      )}
      <p className="account-other">
        {t('account.haveAccount')} <Link to={`/sign-in${search}`}>{t('account.signIn')}</Link>
      </p>
    </Page>
  );
}
