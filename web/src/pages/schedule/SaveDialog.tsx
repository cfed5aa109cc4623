import type { Schedule, SchedulePreview } from '../../api/schedules';
import { ConfirmDialog } from '../../parts/ConfirmDialog';
import { Diff } from '../../parts/Diff';
import { scheduleText } from '../schedules/rule';
import type { scheduleOf } from './draft';
import css from './Schedule.module.css';
import { words } from './words';

interface Props {
  opened: boolean;
  onClose: () => void;
  title: string;
  base: Schedule;
  typed: ReturnType<typeof scheduleOf>;
  /** None until the daemon has said what exactly this would do. */
  preview: SchedulePreview | undefined;
  /** What the daemon says against it. */
  refused: string | null;
  /** Why it cannot be saved now. */
  blocked: string | undefined;
  onSave: () => Promise<void>;
}

/** Shows the difference once more. What is odd is saved only when a second word says that it is meant. */
export function SaveDialog({
  opened,
  onClose,
  title,
  base,
  typed,
  preview,
  refused,
  blocked,
  onSave,
}: Props) {
  const flags = preview?.flags ?? [];
  return (
    <ConfirmDialog
      opened={opened}
      onClose={onClose}
      title={words.saveTitle(title)}
      confirm={words.saveVerb}
      typeName={flags.length > 0 ? base.task : undefined}
      blocked={blocked}
      onConfirm={onSave}
    >
      <Diff label={words.difference} before={scheduleText(base)} after={scheduleText(typed)} />
      {refused !== null && (
        <p role="alert" className={css.refusal}>
          {refused}
        </p>
      )}
      {preview && <p className={css.soft}>{words.differs(preview.differing_days)}</p>}
      <p className={css.soft}>{words.everybody}</p>
      {flags.length > 0 && (
        <div>
          <p className={css.warning}>{words.mean}</p>
          <ul className={css.flags}>
            {flags.map(({ kind, detail }) => (
              <li key={kind}>{detail}</li>
            ))}
          </ul>
        </div>
      )}
    </ConfirmDialog>
  );
}
