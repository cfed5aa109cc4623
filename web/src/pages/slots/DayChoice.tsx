import { ActionIcon, Button, TextInput } from '@mantine/core';
import { addDays } from '../../format/time';
import { Icon } from '../../parts/icons/Icon';
import { useStepKeys } from '../../shell/useStepKeys';
import css from './Slots.module.css';
import { words } from './words';

interface Props {
  day: string;
  isToday: boolean;
  choose: (day?: string) => void;
}

/** The day, with its neighbours, to which `[` and `]` go as well. */
export function DayChoice({ day, isToday, choose }: Props) {
  useStepKeys((by) => choose(addDays(day, by)));
  return (
    <>
      {!isToday && (
        <Button variant="subtle" size="xs" onClick={() => choose()}>
          {words.today}
        </Button>
      )}
      <span className={css.day}>
        <ActionIcon
          variant="default"
          size={30}
          aria-label={words.before}
          title={`${words.before} [`}
          onClick={() => choose(addDays(day, -1))}
        >
          <Icon name="left" />
        </ActionIcon>
        <TextInput
          type="date"
          size="xs"
          aria-label={words.day}
          value={day}
          onChange={(event) => choose(event.currentTarget.value || undefined)}
        />
        <ActionIcon
          variant="default"
          size={30}
          aria-label={words.after}
          title={`${words.after} ]`}
          onClick={() => choose(addDays(day, 1))}
        >
          <Icon name="right" />
        </ActionIcon>
      </span>
    </>
  );
}
