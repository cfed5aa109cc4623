import { Button } from '@mantine/core';
import { Icon } from '../parts/icons/Icon';
import css from './KillSwitch.module.css';
import { switchWords } from './words';

interface Props {
  isOn: boolean;
  isBusy: boolean;
  /** What a press does, or by whose switch orders are stopped. */
  title: string;
  /** None where somebody else has stopped the orders and only they can let them through. */
  onPress: (() => void) | undefined;
}

/** Red and filled while orders are stopped, so that nobody wonders why nothing is bought. */
export function SwitchButton({ isOn, isBusy, title, onPress }: Props) {
  const word = isOn ? switchWords.isOn : switchWords.stop;
  if (!onPress) {
    return (
      <strong className={css.stopped} title={title}>
        <Icon name="stop" />
        <span className={css.word}>{word}</span>
        <span className="visually-hidden">{title}</span>
      </strong>
    );
  }
  return (
    <Button
      size="compact-md"
      color="bad"
      variant={isOn ? 'filled' : 'outline'}
      leftSection={<Icon name="stop" />}
      disabled={isBusy}
      title={title}
      aria-label={`${word}: ${title}`}
      onClick={onPress}
      classNames={{ section: css.section ?? '' }}
    >
      <span className={css.word}>{word}</span>
    </Button>
  );
}
