import i18next from 'i18next';
import { Component, type ReactNode } from 'react';

interface Props {
  /** A new value gives the page a new chance. */
  place: string;
  children: ReactNode;
}

/** A page that broke, or whose file is gone since the shop was deployed anew: says so, and offers to load it again. */
export class ErrorBoundary extends Component<Props, { broken: boolean }> {
  override state = { broken: false };

  static getDerivedStateFromError() {
    return { broken: true };
  }

  override componentDidUpdate(before: Props) {
    if (before.place !== this.props.place && this.state.broken) this.setState({ broken: false });
  }

  override render() {
    if (!this.state.broken) return this.props.children;
    return (
      <div className="page" role="alert">
        <h1 className="page-title">{i18next.t('problem.page.title')}</h1>
        <p className="lead">{i18next.t('problem.page.text')}</p>
        <button type="button" className="btn btn-primary" onClick={() => window.location.reload()}>
          {i18next.t('problem.page.action')}
        </button>
      </div>
    );
  }
}
