import { NativeSelect } from '@mantine/core';
import type { LogLevelName } from '../../api/schema';
import { LEVELS } from './levels';
import { words } from './words';

interface Props {
  level: LogLevelName | undefined;
  onChange: (level: LogLevelName | undefined) => void;
}

/** From which level on lines are shown. */
export function LevelChoice({ level, onChange }: Props) {
  return (
    <NativeSelect
      size="xs"
      aria-label={words.level}
      value={level ?? 'debug'}
      data={LEVELS.map((value) => ({ value, label: words.levels[value] }))}
      onChange={({ currentTarget }) =>
        onChange(LEVELS.find((one) => one === currentTarget.value && one !== 'debug'))
      }
    />
  );
}
