import { useTranslation } from 'react-i18next';
import { useDispatch } from 'react-redux';
import { Link, useLocation, useNavigate } from 'react-router';
import { Page } from '../../components/Page';
import { signedIn } from '../../lib/session';
import { AccountForm, EmailField, PasswordField } from './AccountForm';
import { ConfirmStep } from './ConfirmStep';
import { signIn, signUp } from './identity';
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
  const confirmed = async () => {
    const email = unconfirmed ?? '';
    // After a reload the password is gone: the shopper types it on the sign-in page.
    const result = form.values.password ? await signIn(email, form.values.password) : null;
    setUnconfirmed(null);
    if (result?.next === 'done') dispatch(signedIn(result.shopper));
    else navigate(`/sign-in${search}`, { replace: true, state: { email } });
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
      <p className="account-other">
        {t('account.haveAccount')} <Link to={`/sign-in${search}`}>{t('account.signIn')}</Link>
      </p>
    </Page>
  );
}
