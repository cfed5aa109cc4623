import { ActionIcon, NativeSelect, TextInput } from '@mantine/core';
import { Icon } from '../../parts/icons/Icon';
import { LazyPart } from '../../parts/LazyPart';
import { RULE_KINDS, type RuleDraft } from './draft';
import css from './Schedule.module.css';
import { TimeField } from './TimeField';
import { words } from './words';

/** The largest library of the page; only who writes a script needs it. */
const scriptEditor = { name: 'script-editor', load: () => import('./ScriptEditor') };

interface Props {
  rule: RuleDraft;
  number: number;
  onChange: (rule: RuleDraft) => void;
  /** None for the last rule: a schedule has one at least. */
  onRemove: (() => void) | undefined;
  /** The daemon's sentence about the schedule, which may name a line of the script. */
  refusal: string;
}

/** When a task is due by one rule. */
export function RuleFields({ rule, number, onChange, onRemove, refusal }: Props) {
  const chooseKind = (value: string) => {
    const kind = RULE_KINDS.find((known) => known === value);
    if (kind) onChange({ ...rule, kind });
  };
  return (
    <fieldset className={css.rule}>
      <legend className="visually-hidden">{words.rule(number)}</legend>
      <div className={css.ruleHead}>
        <NativeSelect
          label={words.kind}
          value={rule.kind}
          data={RULE_KINDS.map((kind) => ({ value: kind, label: words.kinds[kind] }))}
          onChange={(event) => chooseKind(event.currentTarget.value)}
        />
        <Times rule={rule} onChange={onChange} />
        {onRemove && (
          <ActionIcon
            variant="subtle"
            size={36}
            aria-label={words.removeRule(number)}
            title={words.removeRule(number)}
            onClick={onRemove}
          >
            <Icon name="close" />
          </ActionIcon>
        )}
      </div>
      {rule.kind === 'script' && (
        <LazyPart
          of={scriptEditor}
          waiting={<p className={css.soft}>{words.editorLoading}</p>}
          given={{
            label: words.script,
            help: words.scriptHelp,
            value: rule.script,
            refusal,
            onChange: (script) => onChange({ ...rule, script }),
          }}
        />
      )}
    </fieldset>
  );
}

function Times({ rule, onChange }: Pick<Props, 'rule' | 'onChange'>) {
  switch (rule.kind) {
    case 'at':
      return (
        <TimeField
          label={words.time}
          value={rule.time}
          onChange={(time) => onChange({ ...rule, time })}
        />
      );
    case 'hourly':
    case 'each_minute':
      return (
        <>
          <TimeField
            label={words.start}
            value={rule.time}
            onChange={(time) => onChange({ ...rule, time })}
          />
          <TimeField
            label={rule.kind === 'hourly' ? words.end : words.endMinute}
            value={rule.end_time}
            onChange={(end_time) => onChange({ ...rule, end_time })}
          />
        </>
      );
    case 'cron':
      return (
        <>
          <TextInput
            label={words.expression}
            description={words.expressionHelp}
            value={rule.expression}
            classNames={{ input: css.mono ?? '' }}
            onChange={(event) => onChange({ ...rule, expression: event.currentTarget.value })}
          />
          <TextInput
            label={words.zone}
            value={rule.zone}
            placeholder={words.zonePlaceholder}
            onChange={(event) => onChange({ ...rule, zone: event.currentTarget.value })}
          />
        </>
      );
    case 'script':
      return null;
  }
}
