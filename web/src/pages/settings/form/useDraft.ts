import { useState } from 'react';
import { type Change, changesOf, type Draft, isSame, type Setting, written } from './values';

/** What is saved, and which change of it that is. */
export interface Saved {
  values: Readonly<Record<string, unknown>>;
  version: number;
}

interface Conflict {
  setting: Setting;
  was: unknown;
  is: unknown;
  yours: unknown;
}

/**
 * What is typed over what is saved. When somebody else saves meanwhile, nothing typed is lost: the fields that both have
 * changed are conflicts until the person has chosen.
 */
export function useDraft(settings: readonly Setting[], saved: Saved) {
  const [draft, setDraft] = useState<Draft>({});
  const [base, setBase] = useState(saved);
  const isUntouched = Object.keys(draft).length === 0;
  const from = isUntouched ? saved : base;
  const { changes, mistakes } = changesOf(settings, draft, from.values);
  const conflicts = changes.flatMap((change) => conflictOf(change, saved));

  const change = (setting: Setting, text: string) => {
    if (isUntouched) setBase(saved);
    const { [setting.name]: _, ...others } = draft;
    const isAsSaved = text === written(setting, from.values[setting.name]);
    setDraft(isAsSaved ? others : { ...others, [setting.name]: text });
  };
  const discard = () => setDraft({});
  const keepMine = () => setBase(saved);
  const takeTheirs = () => {
    const theirs = new Set(conflicts.map(({ setting }) => setting.name));
    setDraft(Object.fromEntries(Object.entries(draft).filter(([name]) => !theirs.has(name))));
    setBase(saved);
  };
  const textOf = (setting: Setting) =>
    draft[setting.name] ?? written(setting, from.values[setting.name]);
  const isChanged = (setting: Setting) => draft[setting.name] !== undefined;
  return {
    changes,
    isChanged,
    mistakes,
    conflicts,
    count: Object.keys(draft).length,
    textOf,
    change,
    discard,
    keepMine,
    takeTheirs,
  };
}

export type DraftState = ReturnType<typeof useDraft>;

function conflictOf({ setting, before, after }: Change, saved: Saved): Conflict[] {
  const is = saved.values[setting.name];
  if (isSame(is, before) || isSame(is, after)) return [];
  return [{ setting, was: before, is, yours: after }];
}
