import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useDispatch } from 'react-redux';
import { Link, useLocation, useNavigate } from 'react-router';
import { Page } from '../../components/Page';
import { signedIn } from '../../lib/session';
import { AccountForm, EmailField, PasswordField } from './AccountForm';
import { ConfirmStep } from './ConfirmStep';
import { signIn, signUp } from './identity';
import { useSubmit } from './useSubmit';

export default function SignUpPage() {
  const { t } = useTranslation();
  const dispatch = useDispatch();
  const navigate = useNavigate();
  const { search } = useLocation();
  const submit = useSubmit();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [codeSent, setCodeSent] = useState(false);

  const create = async () => {
    await signUp(email.trim(), password);
    setCodeSent(true);
  };
  const enter = async () => {
    const result = await signIn(email.trim(), password);
    if (result.next === 'done') dispatch(signedIn(result.shopper));
    else navigate(`/sign-in${search}`, { replace: true });
  };

  if (codeSent) {
    return (
      <Page key="confirm" title={t('account.confirmTitle')} className="account-page">
        <ConfirmStep email={email.trim()} onConfirmed={enter} />
      </Page>
    );
  }
  return (
    <Page title={t('account.signUp')} className="account-page">
      <AccountForm submit={submit} action={t('account.signUp')} onSubmit={create}>
        <EmailField value={email} onChange={setEmail} />
        <PasswordField value={password} onChange={setPassword} isNew />
      </AccountForm>
      <p className="account-other">
        {t('account.haveAccount')} <Link to={`/sign-in${search}`}>{t('account.signIn')}</Link>
      </p>
    </Page>
  );
}
