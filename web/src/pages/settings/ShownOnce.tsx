import { Copy } from '../../parts/Copy';
import css from './Settings.module.css';

/** A secret that the daemon tells once. */
export function ShownOnce({ secret, copy }: { secret: string; copy: string }) {
  return (
    <div className={css.secret}>
      <code>{secret}</code>
      <Copy text={secret} label={copy} />
    </div>
  );
}
