import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { asApiError, useDeleteAccountMutation, useLazyExportAccountQuery } from '../../api/endpoints';
import type { AccountExport } from '../../api/generated';
import { Problem } from '../../components/Problem';
import { download } from './download';

type Load = (page: { cursor?: string }) => { unwrap: () => Promise<AccountExport> };

/** Reads all pages of the export into one object. */
async function collect(load: Load): Promise<Omit<AccountExport, 'nextCursor'>> {
  const { nextCursor, ...data } = await load({}).unwrap();
  const orders = [...data.orders];
  for (let cursor = nextCursor; cursor !== null; ) {
    const page = await load({ cursor }).unwrap();
    orders.push(...page.orders);
    cursor = page.nextCursor;
  }
  return { ...data, orders };
}

function Export() {
  const { t } = useTranslation();
  const [load] = useLazyExportAccountQuery();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const save = async () => {
    setBusy(true);
    setError(null);
    await collect(load).then((data) => download('bookstore-account.json', data), setError);
    setBusy(false);
  };
  return (
    <>
      <p>{t('account.data.exportText')}</p>
      <button
        type="button"
        className="btn btn-outline-dark"
        aria-disabled={busy}
        onClick={() => !busy && save()}
      >
        {busy ? t('common.wait') : t('account.data.export')}
      </button>
      {error !== null && <Problem error={asApiError(error)} />}
    </>
  );
}

/** Asks once more before the account is deleted. */
function Deletion({ onDeleted }: { onDeleted: () => Promise<void> }) {
  const { t } = useTranslation();
  const [remove, { isLoading, error }] = useDeleteAccountMutation();
  const [isAsking, setIsAsking] = useState(false);
  const question = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    if (isAsking) question.current?.focus();
  }, [isAsking]);
  const deleteAccount = async () => {
    const result = await remove();
    if (!result.error) await onDeleted();
  };
  if (!isAsking) {
    return (
      <button type="button" className="btn btn-outline-dark" onClick={() => setIsAsking(true)}>
        {t('account.data.delete')}
      </button>
    );
  }
  return (
    <>
      <p ref={question} tabIndex={-1}>
        {t('account.data.deleteText')}
      </p>
      <p className="account-choice">
        <button
          type="button"
          className="btn btn-primary"
          aria-disabled={isLoading}
          onClick={() => !isLoading && deleteAccount()}
        >
          {isLoading ? t('common.wait') : t('account.data.deleteYes')}
        </button>
        <button
          type="button"
          className="btn btn-outline-dark"
          aria-disabled={isLoading}
          onClick={() => !isLoading && setIsAsking(false)}
        >
          {t('account.data.deleteNo')}
        </button>
      </p>
      {error !== undefined && <Problem error={asApiError(error)} />}
    </>
  );
}

/** Exports the shopper's data, and deletes the account. */
export function PersonalData({ onDeleted }: { onDeleted: () => Promise<void> }) {
  const { t } = useTranslation();
  return (
    <section className="personal-data">
      <h2>{t('account.data.title')}</h2>
      <Export />
      <Deletion onDeleted={onDeleted} />
    </section>
  );
}
