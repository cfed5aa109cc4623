import { useMemo } from 'react';
import type { ChangeBody, TaskSettingsBody } from '../../api/schema';
import { putTaskSettings } from '../../api/settings';
import { taskWord } from '../../format/task';
import { PageState } from '../../parts/PageState';
import { Section } from '../../parts/Section';
import { SettingsForm } from './form/SettingsForm';
import { told } from './form/values';
import { fieldsOf, merged } from './taskSchema';
import { words } from './words';

const text = words.tasks;

interface Props {
  settings: TaskSettingsBody;
  user: number | undefined;
}

/** The settings of one task, by its own schema. An empty field has the task's default. */
export function TaskForm({ settings, user }: Props) {
  const { task, schema, values, version, module_version } = settings;
  const fields = useMemo(() => fieldsOf(schema), [schema]);
  const title = taskWord(task);
  if (fields.length === 0) {
    return (
      <Section title={title}>
        <PageState empty={{ title: text.noneTitle, text: text.noSchema }} />
      </Section>
    );
  }
  const put = ({ expected_version, values: change }: ChangeBody) =>
    putTaskSettings(
      task,
      { expected_version: expected_version ?? null, values: merged(values, change) },
      user,
    );
  return (
    <SettingsForm
      groups={[{ title, note: text.version(module_version), settings: fields }]}
      saved={{ version, values }}
      send={put}
      changes={['settings']}
      empty={(field) => told(field, field.default)}
    />
  );
}
