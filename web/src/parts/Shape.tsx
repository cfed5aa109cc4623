import type { ReactNode } from 'react';
import type { Shape as ShapeName, Token } from '../format/outcome';

const line = { fill: 'none', stroke: 'currentColor', strokeWidth: 1.6 } as const;

const drawings: Readonly<Record<ShapeName, ReactNode>> = {
  ring: <circle cx={7} cy={7} r={5} {...line} />,
  dashed: <circle cx={7} cy={7} r={5} {...line} strokeDasharray="2.4 2.2" />,
  target: (
    <>
      <circle cx={7} cy={7} r={5} {...line} />
      <circle cx={7} cy={7} r={2} fill="currentColor" />
    </>
  ),
  half: (
    <>
      <circle cx={7} cy={7} r={5} {...line} />
      <path d="M7 2a5 5 0 0 0 0 10z" fill="currentColor" />
    </>
  ),
  disc: <circle cx={7} cy={7} r={5.6} fill="currentColor" />,
  diamond: <path d="M7 .8L13.2 7 7 13.2.8 7z" fill="currentColor" />,
  bar: <rect x={1} y={5} width={12} height={4} rx={1} fill="currentColor" />,
  triangle: <path d="M7 1.8l5.8 10.4H1.2z" {...line} strokeLinejoin="round" />,
  square: <rect x={1.8} y={1.8} width={10.4} height={10.4} rx={1} {...line} />,
  cross: <path d="M2.2 2.2l9.6 9.6M11.8 2.2l-9.6 9.6" {...line} strokeWidth={2.2} />,
  octagon: (
    <>
      <path d="M4.2.6h5.6l3.6 3.6v5.6l-3.6 3.6H4.2L.6 9.8V4.2z" fill="currentColor" />
      <path
        d="M5 5.3a2 2 0 1 1 3 1.7c-.7.4-1 .7-1 1.3M7 10.4v.1"
        fill="none"
        stroke="var(--on-unknown)"
        strokeWidth={1.5}
        strokeLinecap="round"
      />
    </>
  ),
};

/** The bare drawing on a grid of 14, to be put into an SVG of one's own. */
export function ShapeDrawing({ shape, token }: { shape: ShapeName; token: Token }) {
  return <g style={{ color: `var(--${token})` }}>{drawings[shape]}</g>;
}

export function Shape({
  shape,
  token,
  size = 14,
}: {
  shape: ShapeName;
  token: Token;
  size?: number;
}) {
  return (
    <svg width={size} height={size} viewBox="0 0 14 14" aria-hidden="true" style={{ flex: 'none' }}>
      <ShapeDrawing shape={shape} token={token} />
    </svg>
  );
}
