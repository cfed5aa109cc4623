import { type IconName, paths } from './paths';

interface Props {
  name: IconName;
  size?: number;
  /** Only where no word stands beside it; a symbol beside its word is decoration. */
  label?: string;
}

export function Icon({ name, size = 16, label }: Props) {
  const drawing = (
    <path
      d={paths[name]}
      fill="none"
      stroke="currentColor"
      strokeWidth={1.5}
      strokeLinecap="round"
      strokeLinejoin="round"
    />
  );
  if (label === undefined) {
    return (
      <svg
        width={size}
        height={size}
        viewBox="0 0 16 16"
        aria-hidden="true"
        style={{ flex: 'none' }}
      >
        {drawing}
      </svg>
    );
  }
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 16 16"
      role="img"
      aria-label={label}
      style={{ flex: 'none' }}
    >
      {drawing}
    </svg>
  );
}
