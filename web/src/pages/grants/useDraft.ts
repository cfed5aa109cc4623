import { useState } from 'react';
import type { TaskAllowance } from '../../api/schema';

/** An allowance that is edited, and the version that it was made from. */
interface Typed {
  draft: TaskAllowance;
  version: number;
}

/**
 * What is typed over what is saved. While nothing is typed it follows what others set; after that, what they set stands
 * beside it until the person has decided.
 */
export function useDraft(saved: TaskAllowance, version: number) {
  const [typed, setTyped] = useState<Typed | null>(null);
  return {
    draft: typed?.draft ?? saved,
    /** The version that is changed. */
    base: typed?.version ?? version,
    edit: (draft: TaskAllowance) => setTyped({ draft, version: typed?.version ?? version }),
    /** Whether somebody else has saved meanwhile. */
    isOther: typed !== null && typed.version !== version,
    /** What was typed is what is saved, as this version. */
    saved: (draft: TaskAllowance, as: number) => setTyped({ draft, version: as }),
    /** Keeps what was typed, as a change of what is saved now. */
    rebase: () => setTyped(typed && { ...typed, version }),
    /** Forgets what was typed. */
    discard: () => setTyped(null),
  };
}
