import { Button, Checkbox, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { told } from '../../api/problems';
import type { ChaosChange, ChaosInForce, User } from '../../api/schema';
import { serviceQuery } from '../../api/services';
import { turnOffChaos, turnOnChaos } from '../../api/userAdmin';
import { useWrite } from '../../api/useWrite';
import { chaosCounts, chaosText } from '../../format/chaos';
import { readTyped } from '../../format/typed';
import { ConfirmDialog } from '../../parts/ConfirmDialog';
import { DefinitionList } from '../../parts/DefinitionList';
import { Instant } from '../../parts/Instant';
import { mistakeOf } from '../../parts/Refusal';
import { Section } from '../../parts/Section';
import css from './Users.module.css';
import { words } from './words';

/** What an admin lets go wrong at a user's paper broker. Nobody whose money is real is shown it. */
export function Practice({ user }: { user: User }) {
  const { data: service } = useQuery(serviceQuery(user.id));
  if (service?.mode !== 'paper') return null;
  const { chaos } = service;
  return (
    <Section title={words.practice.title}>
      <p className={css.soft}>{words.practice.note}</p>
      {chaos && <DefinitionList items={facts(chaos)} />}
      <div className={css.actions}>
        <TurnOn user={user} isOn={chaos !== null} />
        {chaos && <TurnOff user={user} />}
      </div>
    </Section>
  );
}

function facts(chaos: ChaosInForce): { term: string; value: ReactNode }[] {
  return [
    { term: words.practice.wrong, value: chaosText(chaos) },
    { term: words.practice.since, value: <Instant at={chaos.since} /> },
    { term: words.practice.until, value: <Instant at={chaos.until} day /> },
    { term: words.practice.happened, value: chaosCounts(chaos) || words.practice.nothing },
  ];
}

const FIELDS = ['late_ms', 'lose_every', 'lag_ms'] as const;
type Field = (typeof FIELDS)[number];
const EMPTY: Readonly<Record<Field, string>> = { late_ms: '', lose_every: '', lag_ms: '' };

/** Bounds are the daemon's, which says them. */
const WHOLE = { kind: 'whole', least: 0 } as const;

function TurnOn({ user, isOn }: { user: User; isOn: boolean }) {
  const cache = useQueryClient();
  const [isAsking, setIsAsking] = useState(false);
  const [typed, setTyped] = useState(EMPTY);
  const [isDown, setIsDown] = useState(false);
  const ask = () => {
    setTyped(EMPTY);
    setIsDown(false);
    setIsAsking(true);
  };
  const mistakes = FIELDS.map((field) => mistakeIn(typed[field]));
  const isEmpty = !isDown && FIELDS.every((field) => typed[field].trim() === '');
  const isWrong = mistakes.some((mistake) => mistake !== undefined);
  const send = async () => {
    await turnOnChaos(user.id, bodyOf(typed, isDown));
    const changed = ['services', 'users'] as const;
    await Promise.all(changed.map((key) => cache.invalidateQueries({ queryKey: [key] })));
  };
  return (
    <>
      <Button size="sm" variant="default" onClick={ask}>
        {isOn ? words.practice.change : words.practice.turnOn}
      </Button>
      <ConfirmDialog
        opened={isAsking}
        onClose={() => setIsAsking(false)}
        title={words.practice.titleOn(user.name)}
        confirm={words.practice.confirm}
        danger
        fields={FIELDS}
        blocked={isEmpty || isWrong ? words.practice.confirm : undefined}
        onConfirm={send}
      >
        {(refusal) => (
          <>
            <p className={css.text}>{words.practice.text}</p>
            {FIELDS.map((field, index) => (
              <TextInput
                key={field}
                label={words.practice.fields[field]}
                description={words.practice.hints[field]}
                inputMode="numeric"
                autoComplete="off"
                value={typed[field]}
                error={mistakes[index] ?? mistakeOf(refusal, field, words.practice.fields[field])}
                onChange={(event) => setTyped({ ...typed, [field]: event.currentTarget.value })}
              />
            ))}
            <Checkbox
              label={words.practice.down}
              checked={isDown}
              onChange={(event) => setIsDown(event.currentTarget.checked)}
            />
          </>
        )}
      </ConfirmDialog>
    </>
  );
}

function mistakeIn(text: string): string | undefined {
  if (text.trim() === '') return undefined;
  const read = readTyped(text, WHOLE);
  return 'why' in read ? read.why : undefined;
}

function bodyOf(typed: Readonly<Record<Field, string>>, down: boolean): ChaosChange {
  const body: ChaosChange = { down };
  for (const field of FIELDS) {
    const read = readTyped(typed[field], WHOLE);
    if ('value' in read) body[field] = read.value;
  }
  return body;
}

/** At once: it is the safe direction. */
function TurnOff({ user }: { user: User }) {
  const { write, isBusy, refusal } = useWrite(['services', 'users']);
  return (
    <>
      <Button size="sm" disabled={isBusy} onClick={() => void write(() => turnOffChaos(user.id))}>
        {words.practice.turnOff}
      </Button>
      {refusal && (
        <p role="alert" className={css.bad}>
          {words.practice.offFailed}: {told(refusal)}
        </p>
      )}
    </>
  );
}
