import { Link } from '@tanstack/react-router';
import css from './Message.module.css';
import { words } from './words';

export function NotFound() {
  return (
    <div className={css.message}>
      <h1>{words.notFoundTitle}</h1>
      <p>{words.notFoundText}</p>
      <Link to="/">{words.toToday}</Link>
    </div>
  );
}
