import { useTranslation } from 'react-i18next';
import { useDispatch } from 'react-redux';
import { Link, useLocation, useNavigate } from 'react-router';
import { Page } from '../../components/Page';
import { signedIn } from '../../lib/session';
import { useNext } from '../../lib/useNext';
import { AccountForm, EmailField, PasswordField } from './AccountForm';
import { ConfirmStep } from './ConfirmStep';
import { signIn } from './identity';
import { useAccountForm } from './useAccountForm';
import { usePendingEmail } from './usePendingEmail';

export default function SignInPage({ knownCode = null }: { knownCode?: string | null }) {
  const { t } = useTranslation();
  const dispatch = useDispatch();
  const navigate = useNavigate();
  const next = useNext();
  const { search, state } = useLocation();
  const form = useAccountForm({ email: (state as { email?: string } | null)?.email ?? '', password: '' });
  const [unconfirmed, setUnconfirmed] = usePendingEmail('sign-in');
  const email = form.values.email.trim();

  const enter = async () => {
    const result = await signIn(email, form.values.password);
    if (result.next === 'confirm') return setUnconfirmed(email);
    if (result.next === 'reset') return navigate(`/forgot${search}`);
    dispatch(signedIn(result.shopper));
  };
  const confirmed = async () => {
    if (form.values.password) await enter();
    else form.field('email').onChange(unconfirmed ?? '');
    setUnconfirmed(null);
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
    <Page title={t('account.signIn')} className="account-page">
      {next === '/checkout' && <p className="lead">{t('account.toCheckOut')}</p>}
      <AccountForm form={form} action={t('account.signIn')} onSubmit={enter}>
        <EmailField {...form.field('email')} />
        <PasswordField {...form.field('password')} />
      </AccountForm>
      <p className="account-other">
        <Link to={`/forgot${search}`}>{t('account.forgot')}</Link>
      </p>
      <p className="account-other">
        {t('account.noAccount')} <Link to={`/sign-up${search}`}>{t('account.signUp')}</Link>
      </p>
    </Page>
  );
}
