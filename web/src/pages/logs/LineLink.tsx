import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { ShownLine } from '../../parts/LogView';
import { words } from './words';

/** From a line to its place in the log of its run. */
export function lineLink({ run, number }: ShownLine, time: ReactNode) {
  if (run === null) return time;
  return (
    <Link
      to="/runs/$run"
      params={{ run }}
      search={number === null ? {} : { line: number }}
      title={words.line(run, number)}
    >
      {time}
    </Link>
  );
}
