import { Button, Group, Modal, Stack, TextInput, type TextInputProps } from '@mantine/core';
import type { FormEvent, ReactNode } from 'react';
import { type Explanation, fieldOf } from '../../api/problems';
import { tooLong } from '../../format/text';
import { mistakeOf, Refusal } from '../../parts/Refusal';
import css from './Settings.module.css';
import { ShownOnce } from './ShownOnce';
import { words } from './words';

interface DialogProps {
  opened: boolean;
  onClose: () => void;
  title: string;
  children: ReactNode;
}

/** A dialog in which something is shown or asked for once. A click beside it does not close it: that would be lost. */
export function OnceDialog({ opened, onClose, title, children }: DialogProps) {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={title}
      closeOnClickOutside={false}
      centered
      closeButtonProps={{ 'aria-label': words.close }}
    >
      {children}
    </Modal>
  );
}

interface FormProps {
  /** Sends what was typed; asked only while it can be sent. */
  onSubmit: () => Promise<unknown>;
  onClose: () => void;
  /** Forgets a refusal, because something else is typed. */
  onType: () => void;
  isBusy: boolean;
  canSend: boolean;
  refusal: Explanation | null;
  /** Fields that show a refusal themselves. */
  fields: readonly string[];
  send: string;
  cancel: string;
  children: ReactNode;
}

/** What is asked for in such a dialog. */
export function OnceForm(props: FormProps) {
  const { onSubmit, onClose, onType, isBusy, canSend, refusal, fields, send, cancel } = props;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (canSend) void onSubmit();
  };
  return (
    <form onSubmit={submit} onChange={onType}>
      <Stack gap={12}>
        {props.children}
        <Refusal refusal={fieldOf(refusal, [...fields]) === null ? refusal : null} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} disabled={isBusy}>
            {cancel}
          </Button>
          <Button type="submit" disabled={isBusy || !canSend}>
            {send}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

interface FieldProps extends Pick<TextInputProps, 'description' | 'type' | 'autoComplete'> {
  /** Name of the field in what is sent. */
  name: string;
  label: string;
  value: string;
  onType: (text: string) => void;
  /** Most characters. */
  most: number;
  refusal: Explanation | null;
  isFirst?: boolean;
}

/** A line that has to be typed. */
export function OnceField(props: FieldProps) {
  const {
    name,
    label,
    value,
    onType,
    most,
    refusal,
    isFirst,
    autoComplete = 'off',
    ...own
  } = props;
  return (
    <TextInput
      {...own}
      label={label}
      value={value}
      error={tooLong(value.trim(), most) ?? mistakeOf(refusal, name, label)}
      onChange={(event) => onType(event.currentTarget.value)}
      autoComplete={autoComplete}
      data-autofocus={isFirst}
      required
      withAsterisk={false}
    />
  );
}

/** Whether what was typed into a field can be sent. */
export function isTyped(text: string, most: number): boolean {
  return text.trim() !== '' && tooLong(text.trim(), most) === undefined;
}

interface ShownProps {
  note: string;
  secret: string;
  copy: string;
  done: string;
  onClose: () => void;
}

/** The secret that such a dialog was opened for. */
export function OnceShown({ note, secret, copy, done, onClose }: ShownProps) {
  return (
    <Stack gap={12}>
      <p className={css.text}>{note}</p>
      <ShownOnce secret={secret} copy={copy} />
      <Group justify="flex-end">
        <Button onClick={onClose}>{done}</Button>
      </Group>
    </Stack>
  );
}
