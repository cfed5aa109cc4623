import { Button, MultiSelect, NativeSelect, Switch, TextInput } from '@mantine/core';
import type { Explanation } from '../../api/problems';
import type { ThenView } from '../../api/schema';
import { taskWord } from '../../format/task';
import { Icon } from '../../parts/icons/Icon';
import { Section } from '../../parts/Section';
import { type AfterDraft, type Draft, noDescription, type RuleDraft, withNewRule } from './draft';
import { RuleFields } from './RuleFields';
import css from './Schedule.module.css';
import { TimeField } from './TimeField';
import { refusedWords, words } from './words';

interface Props {
  draft: Draft;
  onChange: (draft: Draft) => void;
  tasks: readonly string[];
  refusal: Explanation | null;
}

export function Fields({ draft, onChange, tasks, refusal }: Props) {
  const { rules, after } = draft;
  const change = (key: number, next: RuleDraft | null) =>
    onChange({
      ...draft,
      rules: rules.flatMap((rule) => (rule.key === key ? (next ?? []) : rule)),
    });
  return (
    <Section
      title={words.rules}
      note={words.restart}
      actions={
        <Switch
          label={words.on}
          checked={draft.enabled}
          onChange={(event) => onChange({ ...draft, enabled: event.currentTarget.checked })}
        />
      }
    >
      <div className={css.fields}>
        {rules.map((rule, index) => (
          <RuleFields
            key={rule.key}
            rule={rule}
            number={index + 1}
            onChange={(next) => change(rule.key, next)}
            onRemove={rules.length > 1 ? () => change(rule.key, null) : undefined}
            refusal={refusal?.detail ?? ''}
          />
        ))}
        {refusal && (
          <p role="alert" className={css.refusal}>
            {refusedWords(refusal)}
          </p>
        )}
        <Button
          variant="default"
          size="compact-sm"
          className={css.add}
          leftSection={<Icon name="plus" size={14} />}
          disabled={rules.length >= words.mostRules}
          onClick={() => onChange(withNewRule(draft))}
        >
          {words.addRule}
        </Button>
        <AfterFields
          after={after}
          tasks={tasks}
          onChange={(next) => onChange({ ...draft, after: next })}
        />
        <TextInput
          label={words.description}
          value={draft.description}
          error={noDescription(draft)}
          onChange={(event) => onChange({ ...draft, description: event.currentTarget.value })}
        />
      </div>
    </Section>
  );
}

interface AfterProps {
  after: AfterDraft;
  tasks: readonly string[];
  onChange: (after: AfterDraft) => void;
}

function AfterFields({ after, tasks, onChange }: AfterProps) {
  return (
    <>
      <MultiSelect
        label={words.waits}
        description={words.waitsHelp}
        placeholder={after.tasks.length === 0 ? words.waitsNone : undefined}
        data={tasks.map((task) => ({ value: task, label: taskWord(task) }))}
        value={[...after.tasks]}
        onChange={(next) => onChange({ ...after, tasks: next })}
      />
      {after.tasks.length > 0 && (
        <div className={css.pair}>
          <TimeField
            label={words.latest}
            value={after.latest}
            onChange={(latest) => onChange({ ...after, latest })}
          />
          <NativeSelect
            label={words.afterwards}
            value={after.then}
            data={[
              { value: 'run', label: words.thens.run },
              { value: 'skip', label: words.thens.skip },
            ]}
            onChange={(event) => {
              const then: ThenView = event.currentTarget.value === 'skip' ? 'skip' : 'run';
              onChange({ ...after, then });
            }}
          />
        </div>
      )}
    </>
  );
}
