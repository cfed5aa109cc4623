import { Button, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { enableTotp } from '../../api/account';
import { told } from '../../api/problems';
import type { TotpBegun } from '../../api/schema';
import { useWrite } from '../../api/useWrite';
import { QrCode } from '../../parts/QrCode';
import css from './Settings.module.css';
import { ShownOnce } from './ShownOnce';
import { words } from './words';

const text = words.totp;

interface Props {
  begun: TotpBegun;
  onCancel: () => void;
  onEnabled: (recoveryCodes: readonly string[]) => void;
}

/** Hands the secret to an authenticator and asks for the first code. */
export function TotpSetUp({ begun, onCancel, onEnabled }: Props) {
  const [code, setCode] = useState('');
  const { write, isBusy, refusal, forget } = useWrite(['me']);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void write(async () => onEnabled((await enableTotp(code.trim())).recovery_codes));
  };
  return (
    <div className={css.pair}>
      <div>
        <QrCode text={begun.url} label={text.qr} className={css.qr} />
      </div>
      <div className={css.narrow}>
        <p className={css.text}>
          {text.scan}, {text.orType}
        </p>
        <ShownOnce secret={begun.secret} copy={text.copySecret} />
        <a href={begun.url}>{text.open}</a>
        <form onSubmit={submit} className={css.narrow}>
          <TextInput
            label={text.code}
            description={text.codeHint}
            value={code}
            inputMode="numeric"
            autoComplete="one-time-code"
            error={refusal && <span role="alert">{told(refusal)}</span>}
            onChange={(event) => {
              setCode(event.currentTarget.value);
              forget();
            }}
            autoFocus
          />
          <div className={css.actions}>
            <Button type="submit" disabled={isBusy || code.trim() === ''}>
              {text.enable}
            </Button>
            <Button variant="default" onClick={onCancel} disabled={isBusy}>
              {text.cancel}
            </Button>
          </div>
        </form>
      </div>
    </div>
  );
}
