import { Button } from '@mantine/core';
import type { TaskAllowance } from '../../api/schema';
import { changesOf, rebased } from './allowance';
import css from './Grants.module.css';
import { limitExact } from './told';
import { limitWord, words } from './words';

interface Props {
  /** What both began with. */
  from: TaskAllowance;
  /** As it is saved now. */
  theirs: TaskAllowance;
  mine: TaskAllowance;
  onTheirs: () => void;
  onMine: () => void;
}

/** Two people changed the same allowance: in what they differ, and which of them is to be. */
export function GrantConflict({ from, theirs, mine, onTheirs, onMine }: Props) {
  const differing = changesOf(theirs, rebased(from, mine, theirs));
  const names = new Set(differing.map(({ name }) => name));
  const theirsAlone = changesOf(from, theirs).filter(({ name }) => !names.has(name));
  return (
    <div className={css.conflict} role="alert">
      <p className={css.text}>
        <strong>{words.conflict}</strong>
      </p>
      <ul className={css.lines}>
        {differing.map(({ name, before, after }) => (
          <li key={name}>
            {limitWord(name)}: {words.bothValues(limitExact(name, before), limitExact(name, after))}
          </li>
        ))}
        {theirsAlone.map(({ name, after }) => (
          <li key={name}>
            {limitWord(name)}: {words.theirsAlone(limitExact(name, after))}
          </li>
        ))}
      </ul>
      <div className={css.choice}>
        <Button size="sm" variant="default" onClick={onTheirs}>
          {words.theirs}
        </Button>
        <Button size="sm" onClick={onMine}>
          {words.mine}
        </Button>
      </div>
    </div>
  );
}
