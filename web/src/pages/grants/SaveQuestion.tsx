import { codeTitle } from '../../format/codes';
import { ConfirmDialog } from '../../parts/ConfirmDialog';
import { Strangers } from '../../parts/Strangers';
import { type Change, noughtsOf } from './allowance';
import css from './Grants.module.css';
import { limitExact } from './told';
import { limitWord, noughtWord, words } from './words';

interface Props {
  opened: boolean;
  task: string;
  /** Of the user, or `everybody`. */
  name: string;
  changes: readonly Change[];
  /** Symbols that the market does not know. */
  strangers: readonly string[];
  onClose: () => void;
  onConfirm: () => Promise<unknown>;
}

/** What a change allows more, what it forbids altogether, and what may be a slip of the pen. */
export function SaveQuestion(props: Props) {
  const { opened, task, name, changes, strangers, onClose, onConfirm } = props;
  const looser = changes.filter(({ isLooser }) => isLooser);
  const noughts = noughtsOf(changes);
  const title = looser.length > 0 ? words.looserTitle : words.saveTitle;
  return (
    <ConfirmDialog
      opened={opened}
      onClose={onClose}
      title={title(codeTitle(task), name)}
      confirm={looser.length > 0 ? words.looserVerb : words.save}
      danger={noughts.length > 0}
      // What the daemon says against it stands beside the fields, where it is mended.
      onConfirm={onConfirm}
    >
      {noughts.map((change) => (
        <p key={change.name} className={css.text}>
          <strong>{limitWord(change.name)}: 0.</strong> {noughtWord(change.name)}
        </p>
      ))}
      {looser.length > 0 && <p className={css.text}>{words.looserText}</p>}
      <ul className={css.lines}>
        {looser.map((change) => (
          <li key={change.name}>
            {limitWord(change.name)}: {words.from} {limitExact(change.name, change.before)}{' '}
            {words.to} <strong>{limitExact(change.name, change.after)}</strong>
          </li>
        ))}
      </ul>
      {strangers.length > 0 && <Strangers symbols={strangers} />}
    </ConfirmDialog>
  );
}
