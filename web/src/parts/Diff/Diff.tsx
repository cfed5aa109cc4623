import { useMemo } from 'react';
import css from './Diff.module.css';
import { type DiffLine, diffLines, nearChanges } from './lines';

const words = {
  same: 'Both are the same.',
  before: 'Line before',
  after: 'Line after',
  text: 'Text',
} as const;
const signs = { same: ' ', removed: '−', added: '+' } as const;
const spoken = { same: '', removed: 'removed: ', added: 'added: ' } as const;
const colours = { same: undefined, removed: css.removed, added: css.added } as const;

function Line({ line }: { line: DiffLine }) {
  return (
    <tr className={colours[line.kind]}>
      <td className={css.number}>{line.before}</td>
      <td className={css.number}>{line.after}</td>
      <td>
        <span aria-hidden="true">{signs[line.kind]} </span>
        <span className="visually-hidden">{spoken[line.kind]}</span>
        {line.text}
      </td>
    </tr>
  );
}

interface Props {
  /** What is compared, such as `Schedule of analysis`. */
  label: string;
  before: string;
  after: string;
  /** Of a long text: shows no more than so many lines around each that differs. */
  around?: number;
}

/** Two texts line by line: what went (−) and what came (+). */
export function Diff({ label, before, after, around }: Props) {
  const all = useMemo(() => diffLines(before, after), [before, after]);
  const lines = around === undefined ? all : nearChanges(all, around);
  if (before === after) return <p>{words.same}</p>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <section className={css.scroller} tabIndex={0} aria-label={label}>
      <table className={css.table}>
        <thead className="visually-hidden">
          <tr>
            <th scope="col">{words.before}</th>
            <th scope="col">{words.after}</th>
            <th scope="col">{words.text}</th>
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => (
            <Line key={`${line.before}/${line.after}`} line={line} />
          ))}
        </tbody>
      </table>
    </section>
  );
}
