import { useState } from 'react';
import type { TaskAllowance } from '../../api/schema';
import { rebased } from './allowance';

/** An allowance that is edited, and what it was made from. */
interface Typed {
  draft: TaskAllowance;
  from: TaskAllowance;
  version: number;
}

/**
 * What is typed over what is saved. While nothing is typed it follows what others set; after that, what they set stands
 * beside it until the person has decided.
 */
export function useDraft(saved: TaskAllowance, version: number) {
  const [typed, setTyped] = useState<Typed | null>(null);
  const from = typed?.from ?? saved;
  const draft = typed?.draft ?? saved;
  /** The version that is changed. */
  const base = typed?.version ?? version;
  return {
    draft,
    from,
    base,
    edit: (next: TaskAllowance) => setTyped({ draft: next, from, version: base }),
    /** Whether somebody else has saved meanwhile. */
    isOther: typed !== null && typed.version !== version,
    /** Keeps what was typed, as a change of what is saved now. */
    rebase: () => setTyped(typed && { draft: rebased(from, draft, saved), from: saved, version }),
    /** Forgets what was typed. */
    discard: () => setTyped(null),
  };
}
