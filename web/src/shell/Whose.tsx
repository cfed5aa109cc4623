import { SegmentedControl } from '@mantine/core';

const words = { label: 'Whose', all: 'Everybody', mine: 'Mine' } as const;

interface Props {
  /** Whether an admin looks at the own things in place of those of everybody. */
  mine: boolean;
  onChange: (mine: boolean) => void;
}

/** For admins who look at no single user: everybody's things, or their own. */
export function Whose({ mine, onChange }: Props) {
  return (
    <SegmentedControl
      size="xs"
      aria-label={words.label}
      value={mine ? 'mine' : 'all'}
      data={[
        { value: 'all', label: words.all },
        { value: 'mine', label: words.mine },
      ]}
      onChange={(value) => onChange(value === 'mine')}
    />
  );
}
