import { useMemo } from 'react';
import { encode } from './encode';

/** The light rim without which readers do not find the code. */
const RIM = 4;

interface Props {
  text: string;
  /** What it is, for who cannot see it. */
  label: string;
  className?: string | undefined;
}

/** A text as a QR code; nothing where it is too long for one, so the text itself has to stand beside it. */
export function QrCode({ text, label, className }: Props) {
  const rows = useMemo(() => encode(text), [text]);
  if (!rows) return null;
  const size = rows.length + 2 * RIM;
  const path = rows
    .flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x + RIM} ${y + RIM}h1v1h-1z` : '')))
    .join('');
  return (
    <svg
      viewBox={`0 0 ${size} ${size}`}
      role="img"
      aria-label={label}
      className={className}
      shapeRendering="crispEdges"
    >
      <path d={path} fill="currentColor" />
    </svg>
  );
}
