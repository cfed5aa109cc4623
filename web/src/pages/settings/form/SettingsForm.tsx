import { showNotification } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import type { Resource } from '../../../api/keys';
import { strangersOf } from '../../../api/market';
import { told } from '../../../api/problems';
import type { ChangeBody } from '../../../api/schema';
import { useWrite } from '../../../api/useWrite';
import { inRupees } from '../../../format/money';
import { ConfirmDialog } from '../../../parts/ConfirmDialog';
import { SaveBar } from '../../../parts/SaveBar';
import { Section } from '../../../parts/Section';
import { Strangers } from '../../../parts/Strangers';
import { Conflicts } from './Conflicts';
import css from './Form.module.css';
import { LeaveGuard } from './LeaveGuard';
import { SettingField } from './SettingField';
import { type DraftState, type Saved, useDraft } from './useDraft';
import { type Change, labelOf, newSymbols, type Setting } from './values';
import { words } from './words';

export interface Group {
  title: string;
  note?: string;
  settings: readonly Setting[];
}

interface Question {
  title: string;
  confirm: string;
  /** A red button, unless said otherwise. */
  isDanger?: boolean;
  text: ReactNode;
}

interface Props {
  groups: readonly Group[];
  saved: Saved;
  send: (body: ChangeBody) => Promise<unknown>;
  /** What of the cache is no longer right after a change. */
  changes: readonly Resource[];
  /** Asks before some changes are sent; null sends them at once. */
  ask?: (changes: readonly Change[]) => Question | null;
  aside?: (setting: Setting) => ReactNode;
  /** What an empty field stands for. */
  empty?: (setting: Setting) => string;
  actions?: ReactNode;
}

/** Settings as the daemon describes them, with what is not saved told at the foot of the page. */
export function SettingsForm(props: Props) {
  const { groups, saved, send, ask } = props;
  const settings = groups.flatMap((group) => group.settings);
  const draft = useDraft(settings, saved);
  const { write, isBusy, refusal, forget } = useWrite(props.changes);
  const [question, setQuestion] = useState<Question | null>(null);
  const cache = useQueryClient();
  const read = async () => {
    await Promise.all(props.changes.map((key) => cache.invalidateQueries({ queryKey: [key] })));
  };

  const body = (): ChangeBody => ({
    expected_version: saved.version,
    values: Object.fromEntries(draft.changes.map(({ setting, after }) => [setting.name, after])),
  });
  const sendNow = async () => {
    const isDone = await write(() => send(body()));
    // What somebody else has saved is then shown beside what is typed.
    if (!isDone) return read();
    draft.discard();
    showNotification({ message: words.saved, closeButtonProps: { 'aria-label': words.close } });
  };
  const save = async () => {
    const asked = ask?.(draft.changes) ?? null;
    // They stand beside the field as well, which may not have been seen yet.
    const strangers = await strangersOf(cache, draft.changes.flatMap(newSymbols));
    const question = strangers.length > 0 ? withStrangers(asked, strangers) : asked;
    if (question) setQuestion(question);
    else await sendNow();
  };
  const blocked =
    draft.conflicts.length > 0
      ? words.choose
      : Object.keys(draft.mistakes).length > 0
        ? words.mistakes
        : null;
  const named = refusal && namedFirst(settings, refusal.detail);
  const said = refusal && (named ? words.mistakes : told(refusal));
  return (
    <form
      className={css.form}
      onSubmit={(event) => {
        event.preventDefault();
        if (!blocked && draft.count > 0) void save();
      }}
    >
      <Conflicts draft={draft} />
      {groups.map((group, index) => (
        <Section
          key={group.title}
          title={group.title}
          note={group.note}
          actions={index === 0 ? props.actions : undefined}
        >
          <Fields
            {...props}
            group={group}
            draft={draft}
            isBusy={isBusy}
            refusals={
              named && refusal ? { [named]: forPeople(settings, named, refusal.detail) } : {}
            }
            onChange={forget}
          />
        </Section>
      ))}
      <SaveBar
        changes={draft.count}
        saving={isBusy}
        refusal={blocked ?? said}
        onSave={() => {
          if (!blocked) void save();
        }}
        onDiscard={() => {
          draft.discard();
          forget();
        }}
      />
      <LeaveGuard isUnsaved={draft.count > 0} />
      <ConfirmDialog
        opened={question !== null}
        onClose={() => setQuestion(null)}
        title={question?.title ?? ''}
        confirm={question?.confirm ?? ''}
        danger={question?.isDanger !== false}
        onConfirm={sendNow}
      >
        {question?.text}
      </ConfirmDialog>
    </form>
  );
}

/** What is asked anyway, with the symbols that the market does not know. */
function withStrangers(asked: Question | null, strangers: readonly string[]): Question {
  const text = <Strangers symbols={strangers} />;
  if (!asked) {
    return { title: words.strangersTitle, confirm: words.strangersVerb, isDanger: false, text };
  }
  return {
    ...asked,
    text: (
      <>
        {asked.text}
        {text}
      </>
    ),
  };
}

/** The setting that a refusal is about: of several that it names, the first. */
function namedFirst(settings: readonly Setting[], detail: string): string | undefined {
  const at = (name: string) => detail.search(wordOf(name));
  return settings
    .map(({ name }) => name)
    .filter((name) => at(name) >= 0)
    .sort((one, other) => at(one) - at(other))[0];
}

/** Settings of a task have the names that its module gives them, with whatever signs. */
function wordOf(name: string): RegExp {
  const literal = name.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  return new RegExp(`(?<!\\w)${literal}(?!\\w)`, 'gi');
}

/** The daemon names settings as programs do, and says in paise what it says of an amount. */
function forPeople(settings: readonly Setting[], named: string, detail: string): string {
  const isAmount = settings.some(({ name, kind }) => name === named && kind === 'money');
  return settings.reduce(
    (text, setting) => text.replaceAll(wordOf(setting.name), () => labelOf(setting)),
    isAmount ? inRupees(detail) : detail,
  );
}

interface FieldsProps extends Pick<Props, 'aside' | 'empty'> {
  group: Group;
  draft: DraftState;
  isBusy: boolean;
  refusals: Readonly<Record<string, string>>;
  onChange: () => void;
}

function Fields({ group, draft, isBusy, refusals, onChange, aside, empty }: FieldsProps) {
  return (
    <div className={css.fields}>
      {group.settings.map((setting) => (
        <SettingField
          key={setting.name}
          setting={setting}
          text={draft.textOf(setting)}
          mistake={draft.mistakes[setting.name] ?? refusals[setting.name]}
          isChanged={draft.isChanged(setting)}
          disabled={isBusy}
          aside={aside?.(setting)}
          empty={empty?.(setting)}
          onChange={(text) => {
            draft.change(setting, text);
            onChange();
          }}
        />
      ))}
    </div>
  );
}
