import i18next from 'i18next';
import { Component, type ReactNode } from 'react';
import { OfflineError } from '../lib/chunks';

interface Props {
  /** A new value renders the children again. */
  place: string;
  children: ReactNode;
}

/** Reloads if the storefront answers; without a connection a reload would replace the page by the browser's own. */
async function reload(): Promise<void> {
  const response = await fetch('/config.json', { cache: 'no-store' }).catch(() => null);
  if (response?.ok) window.location.reload();
}

/** Replaces a page that failed to render or to load. */
export class ErrorBoundary extends Component<Props, { error: unknown }> {
  override state: { error: unknown } = { error: null };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override componentDidUpdate(before: Props) {
    if (before.place !== this.props.place && this.state.error !== null) this.setState({ error: null });
  }

  override render() {
    const { error } = this.state;
    if (error === null) return this.props.children;
    const problem = error instanceof OfflineError ? 'unreachable' : 'page';
    return (
      <div className="page" role="alert">
        <h1 className="page-title">{i18next.t(`problem.${problem}.title`)}</h1>
        <p className="lead">{i18next.t(`problem.${problem}.text`)}</p>
        <button type="button" className="btn btn-primary" onClick={reload}>
          {i18next.t('common.retry')}
        </button>
      </div>
    );
  }
}
