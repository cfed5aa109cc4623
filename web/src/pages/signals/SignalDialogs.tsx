import { useQueryClient } from '@tanstack/react-query';
import type { Signal } from '../../api/schema';
import { activateSignal, rejectSignals } from '../../api/signals';
import { ConfirmDialog } from '../../parts/ConfirmDialog';
import css from './Signals.module.css';
import { kindWords, words } from './words';

/** What a person was asked to confirm. */
export type Question =
  | { kind: 'reject'; signals: readonly Signal[] }
  | { kind: 'take-back'; signal: Signal };

interface Props {
  question: Question | null;
  onClose: () => void;
  /** Of those that were rejected; the refused ones stay chosen. */
  onRejected: (ids: readonly number[]) => void;
}

export function SignalDialogs({ question, onClose, onRejected }: Props) {
  const cache = useQueryClient();
  const read = () => cache.invalidateQueries({ queryKey: ['signals'] });
  const rejected = question?.kind === 'reject' ? question.signals : [];
  const back = question?.kind === 'take-back' ? question.signal : undefined;

  const reject = async (reason: string) => {
    const ids = rejected.map(({ id }) => id);
    const { results } = await rejectSignals(ids, reason).finally(read);
    const done = results.filter((result) => result.done).map(({ id }) => id);
    onRejected(done);
    const refused = results.filter((result) => !result.done);
    if (refused.length > 0) {
      throw new Error(words.notAll(done.length, refused.length, refused[0]?.detail ?? ''));
    }
  };
  const takeBack = async (reason: string) => {
    if (back) await activateSignal(back.id, reason).finally(read);
  };
  return (
    <>
      <ConfirmDialog
        opened={question?.kind === 'reject'}
        onClose={onClose}
        title={words.rejectTitle(rejected.length, rejected[0]?.symbol ?? '')}
        confirm={words.reject}
        danger
        reason={words.reason}
        onConfirm={reject}
      >
        <ul className={css.asked}>
          {rejected.map((signal) => (
            <li key={signal.id}>
              <b>{signal.symbol}</b> {kindWords(signal)}
            </li>
          ))}
        </ul>
        <p className={css.text}>{words.rejectText(rejected.length)}</p>
      </ConfirmDialog>
      <ConfirmDialog
        opened={back !== undefined}
        onClose={onClose}
        title={words.takeBackTitle(back?.symbol ?? '')}
        confirm={words.takeBack}
        reason={words.reason}
        onConfirm={takeBack}
      >
        <p className={css.text}>{words.takeBackText}</p>
      </ConfirmDialog>
    </>
  );
}
