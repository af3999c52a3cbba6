import { Link } from 'react-router';

/** Replaces an empty list, with a link to another page. */
export function EmptyState({ title, text, to, action }: Record<'title' | 'text' | 'to' | 'action', string>) {
  return (
    <div className="empty">
      <svg viewBox="0 0 120 80" aria-hidden="true" focusable="false" className="empty-art">
        <path d="M8 72h104" />
        <path d="M24 72V30h12v42M40 72V22h10v50M54 72V36h14v36M78 71l-9-38 11-3 9 38z" />
      </svg>
      <p className="empty-title">{title}</p>
      <p className="muted">{text}</p>
      <Link to={to} className="btn btn-primary">
        {action}
      </Link>
    </div>
  );
}
