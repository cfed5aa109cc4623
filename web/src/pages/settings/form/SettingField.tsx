import { Button, Switch, Textarea, TextInput, type TextInputProps } from '@mantine/core';
import type { ReactNode } from 'react';
import type { SettingBody } from '../../../api/schema';
import css from './Form.module.css';
import { boundsOf, labelOf, unitOf, written } from './values';
import { words } from './words';

interface Props {
  setting: SettingBody;
  text: string;
  onChange: (text: string) => void;
  mistake: string | undefined;
  /** Differs from what is saved. */
  isChanged: boolean;
  disabled: boolean;
  /** More about the field, such as another's limit. */
  aside?: ReactNode;
  /** What an empty field stands for; the default when it is not said. */
  empty?: string | undefined;
}

/** One setting, drawn by its kind. */
export function SettingField(props: Props) {
  const { setting, text, onChange, mistake, disabled } = props;
  const label = labelOf(setting);
  if (setting.kind === 'switch') {
    return (
      <div className={css.field} data-changed={props.isChanged || undefined}>
        <Switch
          label={label}
          description={setting.about}
          checked={text === 'true'}
          error={mistake}
          disabled={disabled}
          onChange={(event) => onChange(String(event.currentTarget.checked))}
        />
      </div>
    );
  }
  const common = {
    label,
    value: text,
    error: mistake,
    disabled,
    autoComplete: 'off',
    placeholder: props.empty ?? written(setting, setting.default),
    description: <About {...props} />,
    onChange: (event: { currentTarget: { value: string } }) => onChange(event.currentTarget.value),
  };
  return (
    <div className={css.field} data-changed={props.isChanged || undefined}>
      {setting.kind === 'symbols' ? (
        <Textarea {...common} rows={2} spellCheck={false} />
      ) : (
        <Line setting={setting} common={common} />
      )}
    </div>
  );
}

interface LineProps {
  setting: SettingBody;
  common: Pick<
    TextInputProps,
    | 'label'
    | 'value'
    | 'error'
    | 'disabled'
    | 'autoComplete'
    | 'placeholder'
    | 'description'
    | 'onChange'
  >;
}

function Line({ setting, common }: LineProps) {
  if (setting.kind === 'time') return <TextInput {...common} type="time" />;
  const isMoney = setting.kind === 'money';
  const unit = isMoney ? '' : unitOf(setting);
  return (
    <TextInput
      {...common}
      inputMode={setting.kind === 'whole' ? 'numeric' : 'decimal'}
      leftSection={isMoney ? '₹' : undefined}
      rightSection={unit === '' ? undefined : <span className={css.unit}>{unit}</span>}
      rightSectionWidth={unit.length * 8 + 16}
      rightSectionPointerEvents="none"
    />
  );
}

function About({ setting, text, onChange, disabled, aside, empty }: Props) {
  const standard = written(setting, setting.default);
  return (
    <>
      {setting.about} {setting.kind === 'symbols' && words.symbolsHint}
      <span className={css.bounds}>
        {aside ?? boundsOf(setting)}
        {empty === undefined && text !== standard && !disabled && (
          <Button
            size="compact-xs"
            variant="subtle"
            aria-label={words.toDefaultOf(labelOf(setting))}
            onClick={() => onChange(standard)}
          >
            {words.toDefault}
          </Button>
        )}
      </span>
    </>
  );
}
