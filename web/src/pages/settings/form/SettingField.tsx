import { Button, NativeSelect, Switch, TextInput, type TextInputProps } from '@mantine/core';
import type { ReactNode } from 'react';
import { SymbolsField } from '../../../parts/SymbolsField';
import css from './Form.module.css';
import { boundsOf, labelOf, type Setting, told, unitOf, written } from './values';
import { words } from './words';

interface Props {
  setting: Setting;
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
  if (setting.kind === 'switch') return <SwitchField {...props} />;
  const common = {
    label,
    // Documents and programs call it so.
    labelProps: { title: setting.name },
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
      <Line setting={setting} common={common} />
    </div>
  );
}

/** A switch has no empty position: where empty stands for the default, it stands as the default does. */
function SwitchField({ setting, text, onChange, mistake, isChanged, disabled, empty }: Props) {
  const byDefault = setting.default === true;
  const about = [setting.about, empty !== undefined && words.byDefault(empty)].filter(Boolean);
  return (
    <div className={css.field} data-changed={isChanged || undefined}>
      <Switch
        label={<span title={setting.name}>{labelOf(setting)}</span>}
        description={about.join('; ')}
        checked={text === '' ? byDefault : text === 'true'}
        error={mistake}
        disabled={disabled}
        onChange={(event) => {
          const { checked } = event.currentTarget;
          onChange(empty !== undefined && checked === byDefault ? '' : String(checked));
        }}
      />
    </div>
  );
}

interface LineProps {
  setting: Setting;
  common: Pick<
    TextInputProps,
    'label' | 'labelProps' | 'error' | 'disabled' | 'autoComplete' | 'placeholder' | 'description'
  > & {
    value: string;
    onChange: (event: { currentTarget: { value: string } }) => void;
  };
}

function Line({ setting, common }: LineProps) {
  if (setting.kind === 'time') return <TextInput {...common} type="time" />;
  if (setting.kind === 'symbols') {
    const { onChange, ...symbols } = common;
    return (
      <SymbolsField
        {...symbols}
        onChange={(text) => onChange({ currentTarget: { value: text } })}
      />
    );
  }
  if (setting.kind === 'choice') return <Choice setting={setting} common={common} />;
  const isMoney = setting.kind === 'money';
  const unit = isMoney ? '' : unitOf(setting);
  return (
    <TextInput
      {...common}
      inputMode={inputModeOf(setting)}
      leftSection={isMoney ? '₹' : undefined}
      rightSection={unit === '' ? undefined : <span className={css.unit}>{unit}</span>}
      rightSectionWidth={unit.length * 8 + 16}
      rightSectionPointerEvents="none"
    />
  );
}

function inputModeOf({ kind }: Setting) {
  if (kind === 'text' || kind === 'json') return 'text';
  return kind === 'whole' ? 'numeric' : 'decimal';
}

/** One of a few. What is set stays there to be seen where it is none of them any more. */
function Choice({ setting, common: { placeholder: _, value, onChange, ...common } }: LineProps) {
  const options = (setting.options ?? []).map(String);
  const isOld = value !== '' && !options.includes(value);
  return (
    <NativeSelect
      {...common}
      value={value}
      onChange={onChange}
      data={[
        { value: '', label: words.byDefault(told(setting, setting.default)) },
        ...(isOld ? [value] : []),
        ...options,
      ]}
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
