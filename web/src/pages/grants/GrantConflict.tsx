import { Button } from '@mantine/core';
import type { TaskAllowance } from '../../api/schema';
import { changesOf } from './allowance';
import css from './Grants.module.css';
import { limitTold } from './told';
import { limitWord, words } from './words';

interface Props {
  /** As it is saved now. */
  theirs: TaskAllowance;
  mine: TaskAllowance;
  onTheirs: () => void;
  onMine: () => void;
}

/** Two people changed the same allowance: in what they differ, and which of them is to be. */
export function GrantConflict({ theirs, mine, onTheirs, onMine }: Props) {
  return (
    <div className={css.conflict} role="alert">
      <p className={css.text}>
        <strong>{words.conflict}</strong>
      </p>
      <ul className={css.lines}>
        {changesOf(theirs, mine).map(({ name, before, after }) => (
          <li key={name}>
            {limitWord(name)}: {words.bothValues(limitTold(name, before), limitTold(name, after))}
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
