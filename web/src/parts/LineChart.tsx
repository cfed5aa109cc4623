import 'uplot/dist/uPlot.min.css';
import { useComputedColorScheme } from '@mantine/core';
import { useEffect, useRef } from 'react';
import UPlot from 'uplot';

export interface Line {
  values: readonly (number | null)[];
  /** The name of a colour in tokens.css. */
  token: 'accent' | 'soft' | 'bad';
  dashed?: boolean;
  filled?: boolean;
}

interface Props {
  /** What it shows, in words: the picture itself says nothing to a screen reader. */
  label: string;
  lines: readonly Line[];
  height: number;
  /** The name of a place on the line from left to right, such as a day. */
  nameOf: (index: number) => string;
  format: (value: number) => string;
  /** Which place the pointer is at; null when it has left. */
  onPoint?: (index: number | null) => void;
}

/** Curves over days. The days stand at equal distances, as sessions do. */
export default function LineChart(props: Props) {
  const { label, lines, height } = props;
  const frame = useRef<HTMLDivElement>(null);
  const latest = useRef(props);
  latest.current = props;
  const scheme = useComputedColorScheme();

  // biome-ignore lint/correctness/useExhaustiveDependencies: the colours on the canvas are those of the scheme
  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    const count = lines[0]?.values.length ?? 0;
    const places = Array.from({ length: count }, (_, index) => index);
    const plot = new UPlot(
      optionsOf(element, latest.current, (index) => latest.current.onPoint?.(index)),
      [places, ...lines.map(({ values }) => [...values])],
      element,
    );
    const observer = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.destroy();
    };
  }, [lines, height, scheme]);
  return <div ref={frame} role="img" aria-label={label} style={{ minWidth: 0, height }} />;
}

const WIDEST_NAME = 90;

function optionsOf(
  element: HTMLElement,
  { lines, height, nameOf, format }: Props,
  onPoint: (index: number | null) => void,
): UPlot.Options {
  const style = getComputedStyle(element);
  const colour = (token: string) => style.getPropertyValue(`--${token}`).trim();
  const axis = {
    stroke: colour('soft'),
    font: `12px ${style.fontFamily}`,
    grid: { stroke: colour('line'), width: 1 },
    ticks: { show: false },
  };
  return {
    width: element.clientWidth,
    height,
    // The last name on the line below stands half outside of it.
    padding: [8, WIDEST_NAME / 2, 0, 0],
    legend: { show: false },
    cursor: { drag: { x: false, y: false }, points: { size: 6 } },
    scales: { x: { time: false } },
    axes: [
      {
        ...axis,
        grid: { show: false },
        space: WIDEST_NAME,
        size: 28,
        incrs: [1, 2, 5, 10, 20, 50, 100, 200],
        values: (_, places) => places.map(nameOf),
      },
      { ...axis, size: WIDEST_NAME, values: (_, values) => values.map(format) },
    ],
    series: [
      {},
      ...lines.map(({ token, dashed, filled }) => ({
        stroke: colour(token),
        width: 2,
        points: { show: false },
        ...(dashed && { dash: [6, 4] }),
        ...(filled && { fill: `color-mix(in srgb, ${colour(token)} 14%, transparent)` }),
      })),
    ],
    hooks: { setCursor: [(plot) => onPoint(plot.cursor.idx ?? null)] },
  };
}
