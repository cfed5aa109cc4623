import type { ReactNode } from 'react';
import { taskWord } from '../../format/task';
import { Instant } from '../Instant';
import { LevelWord } from './LevelWord';
import css from './LogView.module.css';
import type { ShownLine } from './types';

interface Props {
  line: ShownLine;
  index: number;
  /** Where it stands among drawn lines; undefined where all are drawn. */
  start: number | undefined;
  isMarked: boolean;
  measure: ((element: HTMLElement | null) => void) | undefined;
  link: ((line: ShownLine, time: ReactNode) => ReactNode) | undefined;
}

export function LogLine({ line, index, start, isMarked, measure, link }: Props) {
  const time = line.at === null ? `#${line.number ?? index}` : <Instant at={line.at} />;
  return (
    <li
      ref={measure}
      className={css.line}
      data-index={index}
      data-level={line.level}
      data-marked={isMarked || undefined}
      aria-current={isMarked || undefined}
      style={start === undefined ? undefined : { transform: `translateY(${start}px)` }}
    >
      <span className={css.at}>{link ? link(line, time) : time}</span>
      <LevelWord level={line.level} />
      {line.user !== undefined && <span className={css.user}>{line.user}</span>}
      {line.task !== undefined && <span className={css.task}>{taskWord(line.task)}</span>}
      <span className={css.message}>{line.message}</span>
    </li>
  );
}
