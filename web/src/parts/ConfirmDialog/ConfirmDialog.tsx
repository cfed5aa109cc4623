import { Button, Group, Modal, Stack, Textarea, TextInput } from '@mantine/core';
import { type FormEvent, type ReactNode, useRef, useState } from 'react';
import { type Explanation, explain, fieldOf, sentenceOf } from '../../api/problems';
import { sentence } from '../../format/text';
import { useFocusKept, useFocusReturned } from '../focus';
import css from './ConfirmDialog.module.css';
import { useHold } from './useHold';
import { words } from './words';

const HOLD_MS = 1000;

export interface ConfirmDialogProps {
  opened: boolean;
  onClose: () => void;
  /** What will be done and for whom: `Stop the service of asha?` */
  title: string;
  /** What it changes, in figures where there are any; a function is told what was refused, for fields of its own. */
  children?: ReactNode | ((refusal: Explanation | null) => ReactNode);
  /** As the daemon calls those fields: beside them the children show what is said against them. */
  fields?: readonly string[];
  /** The verb of the button: `Stop the service`. */
  confirm: string;
  /** The word of the other button, where `Cancel` could be taken for the verb. */
  dismiss?: string;
  /** Red button, for what cannot be taken back. */
  danger?: boolean;
  /** The person types this before the button works. */
  typeName?: string | undefined;
  /** The button works when held for a second. */
  hold?: boolean;
  /** Asks for a reason and hands it on; the label of its field. */
  reason?: string | undefined;
  /** Why it cannot be sent now, such as a countdown; stands on the button in place of the verb. */
  blocked?: ReactNode;
  /** Sends; throws an `Error` with the sentence to show. The dialog closes when it is through. */
  onConfirm: (reason: string) => Promise<unknown>;
}

/** Sends once however often it is pressed, and keeps what was typed when the answer is no. */
function useSending(onConfirm: ConfirmDialogProps['onConfirm'], onDone: () => void) {
  const [sending, setSending] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const keepFocus = useFocusKept(sending);
  // State alone comes a render too late for two presses of Enter within one frame.
  const busy = useRef(false);

  const send = async (reason: string) => {
    if (busy.current) return;
    busy.current = true;
    keepFocus();
    setSending(true);
    setError(null);
    try {
      await onConfirm(reason);
      // It stays busy: while the dialog fades out, another Enter must not send again.
      onDone();
    } catch (thrown) {
      busy.current = false;
      setSending(false);
      setError(thrown ?? new Error(words.unexplained));
    }
  };
  return { sending, error, send };
}

/** As the daemon calls what stands in the field of the reason. */
const REASONS = ['reason', 'explanation', 'resolution'] as const;

type Asked = Pick<ConfirmDialogProps, 'reason' | 'fields'>;

/** The sentence of a refusal: at the field that it is about, else below all fields. */
function refusalOf(error: unknown, { reason: reasonLabel, fields = [] }: Asked) {
  if (error === null) return { told: null };
  const told = explain(error);
  const field = reasonLabel === undefined ? null : fieldOf(told, REASONS);
  if (field !== null && reasonLabel !== undefined) {
    return { told, atReason: sentenceOf(told, field, reasonLabel) };
  }
  if (fieldOf(told, fields) !== null) return { told };
  return { told, elsewhere: error instanceof Error ? sentence(error.message) : words.unexplained };
}

function Question(props: ConfirmDialogProps) {
  useFocusReturned();
  const { typeName, reason: reasonLabel, hold = false, danger = false } = props;
  const [typed, setTyped] = useState('');
  const [reason, setReason] = useState('');
  const { sending, error, send } = useSending(props.onConfirm, props.onClose);
  const { blocked, children } = props;
  const refusal = refusalOf(error, props);
  const complete =
    !blocked &&
    (typeName === undefined || typed.trim() === typeName) &&
    (reasonLabel === undefined || reason.trim() !== '');

  const act = () => {
    if (complete) void send(reason.trim());
  };
  const { holding, handlers } = useHold(HOLD_MS, act);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!hold) act();
  };

  return (
    <form onSubmit={submit}>
      <Stack gap={12}>
        {typeof children === 'function' ? children(refusal.told) : children}
        {typeName !== undefined && (
          <TextInput
            label={words.typeName(typeName)}
            // The ring of focus would cover an underscore of the name.
            labelProps={{ mb: 6 }}
            value={typed}
            autoComplete="off"
            onChange={(event) => setTyped(event.currentTarget.value)}
            data-autofocus
          />
        )}
        {reasonLabel !== undefined && (
          <Textarea
            label={reasonLabel}
            value={reason}
            rows={3}
            error={refusal.atReason && <span role="alert">{refusal.atReason}</span>}
            // A reason is one line, as the daemon takes it: what is pasted in several is joined.
            onChange={(event) =>
              setReason(event.currentTarget.value.replace(/\s*[\r\n]+\s*/g, ' '))
            }
            data-autofocus={typeName === undefined || undefined}
          />
        )}
        {refusal.elsewhere && (
          <p role="alert" className={css.refusal}>
            {refusal.elsewhere}
          </p>
        )}
        <Group justify="flex-end" gap={8}>
          <Button variant="default" onClick={props.onClose} disabled={sending}>
            {props.dismiss ?? words.cancel}
          </Button>
          <Button
            type={hold ? 'button' : 'submit'}
            color={danger ? 'bad' : 'accent'}
            disabled={!complete || sending}
            className={hold ? css.hold : undefined}
            data-holding={holding || undefined}
            data-autofocus={(typeName === undefined && reasonLabel === undefined) || undefined}
            {...(hold ? handlers : {})}
          >
            {sending
              ? words.sending
              : (blocked ?? (hold ? words.hold(props.confirm) : props.confirm))}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** Asks before a write and sends it. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  return (
    <Modal
      opened={props.opened}
      onClose={props.onClose}
      title={props.title}
      centered
      classNames={{ title: css.title ?? '' }}
      closeButtonProps={{ 'aria-label': words.close }}
    >
      {/* Inside of the modal, so that it begins anew each time it is opened. */}
      <Question {...props} />
    </Modal>
  );
}
