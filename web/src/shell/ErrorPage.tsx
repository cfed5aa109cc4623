import { Button } from '@mantine/core';
import type { ErrorComponentProps } from '@tanstack/react-router';
import { useRouter } from '@tanstack/react-router';
import { explain } from '../api/problems';
import { Copy } from '../parts/Copy';
import css from './Message.module.css';
import { words } from './words';

/** In place of a page that threw; the rest of the console goes on. */
export function ErrorPage({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  const { title, next, detail, code } = explain(error);
  const again = () => {
    reset();
    void router.invalidate();
  };
  return (
    <div className={css.message} role="alert">
      <h1>{title}</h1>
      <p>
        {detail} {next}
      </p>
      <p className={css.code}>
        <code>{code}</code> <Copy text={`${code}: ${detail}`} />
      </p>
      <Button onClick={again}>{words.reload}</Button>
    </div>
  );
}
