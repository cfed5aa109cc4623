import { Button } from '@mantine/core';
import type { ErrorComponentProps } from '@tanstack/react-router';
import { useRouter } from '@tanstack/react-router';
import { pageError } from '../api/problems';
import { Copy } from '../parts/Copy';
import css from './Message.module.css';
import { isCodeMissing, useRecovery } from './useRecovery';
import { words } from './words';

const reloadTab = () => globalThis.location.reload();

/** In place of a page that threw; the rest of the console goes on. */
export function ErrorPage({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  const { title, text, code } = pageError(error);
  const again = () => {
    reset();
    void router.invalidate();
  };
  useRecovery(error, again, reloadTab);
  return (
    <div className={css.message} role="alert">
      <h1>{title}</h1>
      <p>{text}</p>
      <p className={css.code}>
        <code>{code}</code> <Copy text={`${code}: ${text}`} />
      </p>
      <Button onClick={isCodeMissing(error) ? reloadTab : again}>{words.reload}</Button>
    </div>
  );
}
