import { Button, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { logInAtBroker, ownBrokerQuery, unblockBroker } from '../../api/broker';
import { pageError } from '../../api/problems';
import type { BrokerBody, SessionBody } from '../../api/schema';
import { useWrite } from '../../api/useWrite';
import { brokerName } from '../../format/broker';
import { canLogIn, codeOf, isHeldBack } from '../../format/session';
import { DefinitionList } from '../../parts/DefinitionList';
import { PageState } from '../../parts/PageState';
import { mistakeOf, Refusal } from '../../parts/Refusal';
import { Section } from '../../parts/Section';
import { sessionFacts } from '../../parts/SessionFacts';
import css from './Settings.module.css';
import { words } from './words';

const text = words.session;

/** Over which broker one trades, whether the money is real, and the session there. To look logs nobody in. */
export function BrokerSession() {
  const { data, error, isPending, refetch } = useQuery(ownBrokerQuery);
  return (
    <PageState
      loading={isPending}
      error={error && !data ? pageError(error, () => void refetch()) : null}
    >
      {data && <Link broker={data} />}
    </PageState>
  );
}

function Link({ broker }: { broker: BrokerBody }) {
  const { session } = broker;
  return (
    <Section title={text.title} note={text.notes[broker.mode]}>
      <DefinitionList
        items={[
          { term: text.broker, value: brokerName(broker.broker) },
          { term: text.money, value: <strong>{text.modes[broker.mode]}</strong> },
          ...(session ? sessionFacts(session, broker.way_out) : []),
        ]}
      />
      {session && <Acts session={session} />}
    </Section>
  );
}

function Acts({ session }: { session: SessionBody }) {
  const { write, isBusy, refusal, forget } = useWrite(['settings']);
  const [typed, setTyped] = useState('');
  const needsCode = session.state === 'needs_code';
  const code = codeOf(typed);

  const logIn = async (event: FormEvent) => {
    event.preventDefault();
    if (needsCode && code === null) return;
    if (await write(() => logInAtBroker(code ?? undefined))) setTyped('');
  };
  return (
    <form onSubmit={logIn} className={css.narrow} autoComplete="off">
      {needsCode && (
        <TextInput
          label={text.code}
          description={text.codeHint}
          value={typed}
          inputMode="numeric"
          autoComplete="one-time-code"
          error={mistakeOf(refusal, 'code', text.code)}
          onChange={(event) => {
            setTyped(event.currentTarget.value);
            forget();
          }}
        />
      )}
      <Refusal refusal={refusal} />
      <div>
        {canLogIn(session) && (
          <Button type="submit" disabled={isBusy || (needsCode && code === null)}>
            {isBusy ? text.loggingIn : text.logIn}
          </Button>
        )}
        {isHeldBack(session) && (
          <Button
            variant="default"
            disabled={isBusy}
            onClick={() => void write(() => unblockBroker())}
          >
            {text.unblock}
          </Button>
        )}
      </div>
    </form>
  );
}
