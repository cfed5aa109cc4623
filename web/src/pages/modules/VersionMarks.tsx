import type { ModuleVersion } from '../../api/schema';
import type { Mark } from '../../format/outcome';
import { MarkWord } from '../../parts/MarkWord';
import css from './Modules.module.css';
import { words } from './words';

/** What a person has to know of the versions of a task: quarantine first. */
export function VersionMarks({ versions }: { versions: readonly ModuleVersion[] }) {
  const marks = marksOf(versions);
  return (
    <span className={css.marks}>
      {marks.length === 0 && <span className={css.soft}>{words.fine}</span>}
      {marks.map((mark) => (
        <MarkWord key={mark.word} mark={mark} />
      ))}
    </span>
  );
}

function marksOf(versions: readonly ModuleVersion[]): Mark[] {
  const active = versions.find((version) => version.active);
  const pinned = versions.flatMap(({ pinned_users }) => pinned_users).length;
  const marks: (Mark | false)[] = [
    versions.some(({ quarantined_at }) => quarantined_at !== null) && {
      shape: 'cross',
      word: words.quarantined,
      token: 'bad',
    },
    versions.some(({ awaits_acceptance }) => awaits_acceptance) && {
      shape: 'triangle',
      word: words.awaits,
      token: 'warn',
    },
    versions.length > 1 &&
      active !== undefined &&
      versions.some(({ version }) => version > active.version) && {
        shape: 'ring',
        word: words.newer,
        token: 'accent',
      },
    pinned > 0 && { shape: 'target', word: words.pinned(pinned), token: 'soft' },
  ];
  return marks.filter((mark) => mark !== false);
}
