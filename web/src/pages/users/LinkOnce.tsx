import type { PasswordLink } from '../../api/schema';
import { Copy } from '../../parts/Copy';
import css from './Users.module.css';
import { words } from './words';

interface Props {
  link: PasswordLink;
  name: string;
}

/** A one-time link. What stands behind # is not sent to any server, so that no log has it. */
export function LinkOnce({ link, name }: Props) {
  const address = `${globalThis.location.origin}/#reset=${link.token}`;
  return (
    <>
      <p className={css.text}>{words.linkText(name)}</p>
      <div className={css.link}>
        <code>{address}</code>
        <Copy text={address} label={words.copyLink} />
      </div>
    </>
  );
}
