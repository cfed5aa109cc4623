import { Button, PasswordInput } from '@mantine/core';
import { type FormEvent, useRef, useState } from 'react';
import { beginTotp, disableTotp } from '../../api/account';
import { told } from '../../api/problems';
import type { TotpBegun } from '../../api/schema';
import { useWrite } from '../../api/useWrite';
import { Copy } from '../../parts/Copy';
import { takeFocus } from '../../parts/focus';
import { Section } from '../../parts/Section';
import { useMe } from '../../shell/viewing';
import css from './Settings.module.css';
import { TotpSetUp } from './TotpSetUp';
import { words } from './words';

const text = words.totp;
const FEW_CODES = 3;

/** Sets up, replaces or turns off the authenticator of the caller. */
export function Authenticator() {
  const me = useMe();
  const [begun, setBegun] = useState<TotpBegun | null>(null);
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  // Each step takes the place of the one before, with the button that led to it.
  const here = useRef<HTMLDivElement>(null);
  const goOn = () => here.current?.focus();
  return (
    <Section title={text.title} note={me.totp_enabled ? text.onNote : text.offNote}>
      <div ref={here} tabIndex={-1}>
        {codes ? (
          <RecoveryCodes
            codes={codes}
            onKept={() => {
              setCodes(null);
              goOn();
            }}
          />
        ) : begun ? (
          <TotpSetUp
            begun={begun}
            onCancel={() => {
              setBegun(null);
              goOn();
            }}
            onEnabled={(fresh) => {
              setBegun(null);
              setCodes(fresh);
            }}
          />
        ) : me.totp_enabled ? (
          <Off codesLeft={me.recovery_codes_left} onDone={goOn} />
        ) : (
          <WithPassword
            verb={text.begin}
            send={async (password) => setBegun(await beginTotp(password))}
          />
        )}
      </div>
    </Section>
  );
}

function Off({ codesLeft, onDone }: { codesLeft: number; onDone: () => void }) {
  return (
    <>
      <p className={css.soft}>
        {text.codesLeft(codesLeft)} {codesLeft <= FEW_CODES && text.fewCodes}
      </p>
      <p className={css.soft}>{text.disableText}</p>
      <WithPassword
        verb={text.disable}
        danger
        send={async (password) => {
          await disableTotp(password);
          onDone();
        }}
      />
    </>
  );
}

interface WithPasswordProps {
  verb: string;
  danger?: boolean;
  send: (password: string) => Promise<unknown>;
}

/** The daemon wants the password, so that nobody changes this at an unlocked screen. */
function WithPassword({ verb, danger = false, send }: WithPasswordProps) {
  const [password, setPassword] = useState('');
  const { write, isBusy, refusal, forget } = useWrite(['me']);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void write(() => send(password));
  };
  return (
    <form onSubmit={submit} className={css.narrow}>
      <PasswordInput
        label={text.password}
        value={password}
        autoComplete="current-password"
        error={refusal && <span role="alert">{told(refusal)}</span>}
        onChange={(event) => {
          setPassword(event.currentTarget.value);
          forget();
        }}
      />
      <div>
        <Button
          type="submit"
          disabled={isBusy || password === ''}
          {...(danger ? { color: 'bad', variant: 'outline' } : {})}
        >
          {verb}
        </Button>
      </div>
    </form>
  );
}

interface CodesProps {
  codes: readonly string[];
  onKept: () => void;
}

function RecoveryCodes({ codes, onKept }: CodesProps) {
  return (
    <div className={css.narrow}>
      <h3 ref={takeFocus} tabIndex={-1} className={css.text}>
        {text.codesTitle}
      </h3>
      <p className={css.text}>{text.codesText}</p>
      <ul className={css.codes}>
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <div className={css.actions}>
        <Button onClick={onKept}>{text.haveThem}</Button>
        <Copy text={codes.join('\n')} label={text.copyCodes} />
      </div>
    </div>
  );
}
