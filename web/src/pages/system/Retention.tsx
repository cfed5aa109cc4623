import { TextInput } from '@mantine/core';
import { showNotification } from '@mantine/notifications';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { fieldOf, pageError, told } from '../../api/problems';
import type { RetentionRule } from '../../api/schema';
import { retentionQuery, setRetention } from '../../api/system';
import { useWrite } from '../../api/useWrite';
import { dayName, dayOf } from '../../format/time';
import { ConfirmDialog } from '../../parts/ConfirmDialog';
import { useClock } from '../../parts/clock';
import { PageState } from '../../parts/PageState';
import { mistakeOf } from '../../parts/Refusal';
import { SaveBar } from '../../parts/SaveBar';
import { Section } from '../../parts/Section';
import { LeaveGuard } from '../settings/form/LeaveGuard';
import { cutOff, FIELDS, type Kept, parsed, shortened } from './keeping';
import css from './System.module.css';
import { words } from './words';

/** How long what is kept. What a change deletes tonight is said before it is sent. */
export function Retention() {
  const { data, error, isPending, refetch } = useQuery(retentionQuery);
  return (
    <Section title={words.retention} note={words.retentionNote}>
      <PageState
        loading={isPending}
        error={error && !data ? pageError(error, () => void refetch()) : null}
      >
        {data && <Form rule={data} />}
      </PageState>
    </Section>
  );
}

function Form({ rule }: { rule: RetentionRule }) {
  const [typed, setTyped] = useState<Partial<Record<Kept, string>>>({});
  const [isAsking, setIsAsking] = useState(false);
  const { write, isBusy, refusal, forget } = useWrite(['system']);
  const clock = useClock();
  const today = clock ? dayOf(clock.nowMs()) : null;
  const { wanted, wrong } = parsed(rule, typed);
  const fewer = shortened(rule, wanted);
  const isWrong = Object.keys(wrong).length > 0;
  const changed = FIELDS.filter((field) => typed[field] !== undefined);
  const since = (days: number | undefined) =>
    today === null || days === undefined ? '–' : dayName(cutOff(today, days), today);

  const send = async () => {
    if (!(await write(() => setRetention(wanted)))) return;
    setTyped({});
    showNotification({ message: words.saved, closeButtonProps: { 'aria-label': words.close } });
  };
  const change = (field: Kept, text: string) => {
    const { [field]: _, ...others } = typed;
    setTyped(text === String(rule[field] ?? '') ? others : { ...others, [field]: text });
    forget();
  };
  return (
    <div className={css.form}>
      <div className={css.fields}>
        {FIELDS.map((field) => (
          <TextInput
            key={field}
            label={words.fields[field][0]}
            description={`${words.fields[field][1]} Now ${words.keeps(since(rule[field]))}.`}
            value={typed[field] ?? String(rule[field] ?? '')}
            error={
              wrong[field] ??
              (mistakeOf(refusal, field, words.fields[field][0]) ||
                (fewer.includes(field) && words.deletes(since(wanted[field]))))
            }
            inputMode="numeric"
            autoComplete="off"
            rightSection={<span className={css.soft}>{words.days}</span>}
            rightSectionWidth={52}
            rightSectionPointerEvents="none"
            disabled={isBusy}
            onChange={(event) => change(field, event.currentTarget.value)}
          />
        ))}
      </div>
      <SaveBar
        changes={changed.length}
        saving={isBusy}
        refusal={
          isWrong
            ? words.mistake
            : refusal && (fieldOf(refusal, FIELDS) ? words.mistake : told(refusal))
        }
        onSave={() => {
          if (isWrong) return;
          if (fewer.length > 0) setIsAsking(true);
          else void send();
        }}
        onDiscard={() => {
          setTyped({});
          forget();
        }}
      />
      <LeaveGuard isUnsaved={changed.length > 0} />
      <ConfirmDialog
        opened={isAsking}
        onClose={() => setIsAsking(false)}
        title={words.saveTitle}
        confirm={words.save}
        danger
        onConfirm={send}
      >
        <p className={css.text}>{words.saveText}</p>
        <ul className={css.points}>
          {fewer.map((field) => (
            <li key={field}>
              {words.line(words.fields[field][0], since(rule[field]), since(wanted[field]))}
            </li>
          ))}
        </ul>
        <p className={css.text}>{words.cannot}</p>
      </ConfirmDialog>
    </div>
  );
}
