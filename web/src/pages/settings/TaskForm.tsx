import { useMemo } from 'react';
import type { ChangeBody, TaskSettingsBody } from '../../api/schema';
import { putTaskSettings } from '../../api/settings';
import { codeTitle } from '../../format/codes';
import { PageState } from '../../parts/PageState';
import { Section } from '../../parts/Section';
import { SettingsForm } from './form/SettingsForm';
import { type Setting, told, written } from './form/values';
import { fieldsOf, merged } from './taskSchema';
import { words } from './words';

const text = words.tasks;

interface Props {
  settings: TaskSettingsBody;
  user: number | undefined;
}

/** As the field shows it, beside its ₹ where it is an amount. */
const defaultOf = (field: Setting) =>
  field.kind === 'money' ? written(field, field.default) : told(field, field.default);

/** The settings of one task, by its own schema. An empty field has the task's default. */
export function TaskForm({ settings, user }: Props) {
  const { task, schema, values, version, module_version } = settings;
  const fields = useMemo(() => fieldsOf(schema), [schema]);
  const title = codeTitle(task);
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
      empty={defaultOf}
    />
  );
}
