import type { Schedule } from '../../api/schedules';
import { Instant } from '../../parts/Instant';
import { words } from './words';

type Changed = Pick<Schedule, 'changed_at' | 'changed_by' | 'changed_by_name'>;

/** Who made a schedule what it is, and when. */
export function ChangedBy({ changed }: { changed: Changed }) {
  const { changed_at, changed_by, changed_by_name } = changed;
  if (changed_by === null) return <>{words.byProgram}</>;
  return (
    <>
      <Instant at={changed_at} day />{' '}
      {changed_by_name === null ? words.byGone : words.by(changed_by_name)}
    </>
  );
}
