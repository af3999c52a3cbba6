import { useTranslation } from 'react-i18next';
import { useDispatch } from 'react-redux';
import { Link, useLocation } from 'react-router';
import type { ApiError } from '../api/client';
import { leave } from '../lib/session';

type Advice = 'unreachable' | 'noToken' | 'busy' | 'signIn' | 'notFound' | 'limit' | 'request' | 'shop';

function adviceFor({ status }: ApiError): Advice {
  if (status === 'unreachable' || status === 503) return 'unreachable';
  if (status === 'noToken') return 'noToken';
  if (status === 429 || status === 403) return 'busy'; // 403: the firewall's limit of requests for one address
  if (status === 401) return 'signIn';
  if (status === 404) return 'notFound';
  if (status === 409) return 'limit';
  return status < 500 ? 'request' : 'shop';
}

/** Describes a failed request and the next step. Plain markup, since Bootstrap's Alert is too large for the first page. */
export function Problem({ error, onRetry }: { error: ApiError; onRetry?: () => void }) {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  const dispatch = useDispatch();
  const advice = adviceFor(error);
  return (
    <div className="alert alert-danger problem" role="alert">
      <p className="problem-title">{t([`problem.${advice}.title`, 'problem.shop.title'])}</p>
      <p>{t([`problem.${advice}.text`, 'problem.shop.text'])}</p>
      {advice === 'signIn' && (
        <Link to={`/sign-in?next=${encodeURIComponent(pathname)}`} onClick={() => leave(dispatch)}>
          {t('account.signIn')}
        </Link>
      )}
      {onRetry && advice !== 'signIn' && (
        <button type="button" className="btn btn-outline-dark btn-sm" onClick={onRetry}>
          {t('common.retry')}
        </button>
      )}
    </div>
  );
}
