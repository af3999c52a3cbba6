import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useDispatch } from 'react-redux';
import { Link, useLocation, useNavigate } from 'react-router';
import { Page } from '../../components/Page';
import { signedIn } from '../../lib/session';
import { useNext } from '../../lib/useNext';
import { AccountForm, EmailField, PasswordField } from './AccountForm';
import { ConfirmStep } from './ConfirmStep';
import { signIn } from './identity';
import { useSubmit } from './useSubmit';

export default function SignInPage() {
  const { t } = useTranslation();
  const dispatch = useDispatch();
  const navigate = useNavigate();
  const next = useNext();
  const { search } = useLocation();
  const submit = useSubmit();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [unconfirmed, setUnconfirmed] = useState(false);

  const enter = async () => {
    const result = await signIn(email.trim(), password);
    if (result.next === 'confirm') return setUnconfirmed(true);
    if (result.next === 'reset') return navigate(`/forgot${search}`);
    dispatch(signedIn(result.shopper));
  };

  if (unconfirmed) {
    return (
      <Page key="confirm" title={t('account.confirmTitle')} className="account-page">
        <ConfirmStep email={email.trim()} onConfirmed={enter} />
      </Page>
    );
  }
  return (
    <Page title={t('account.signIn')} className="account-page">
      {next === '/checkout' && <p className="lead">{t('account.toCheckOut')}</p>}
      <AccountForm submit={submit} action={t('account.signIn')} onSubmit={enter}>
        <EmailField value={email} onChange={setEmail} />
        <PasswordField value={password} onChange={setPassword} />
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
