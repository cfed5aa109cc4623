import { useState } from 'react';
import type { TaskAllowance } from '../../api/schema';
import { noSymbols, readSymbols } from '../../format/symbols';
import { limitsOf, rebased, withLimit } from './allowance';
import { limitTyped, type Texts } from './limits';

/** An allowance that is edited, and what it was made from. */
interface Typed {
  draft: TaskAllowance;
  from: TaskAllowance;
  version: number;
  /** The fields as they were typed, which are kept also where they mean nothing. */
  texts: Texts;
}

const NOTHING: Texts = {};

/**
 * What is typed over what is saved. While nothing is typed it follows what others set; after that, what they set stands
 * beside it until the person has decided.
 */
export function useDraft(saved: TaskAllowance, version: number) {
  const [typed, setTyped] = useState<Typed | null>(null);
  const from = typed?.from ?? saved;
  const draft = typed?.draft ?? saved;
  const texts = typed?.texts ?? NOTHING;
  /** The version that is changed. */
  const base = typed?.version ?? version;
  const edit = (next: TaskAllowance, name?: string, text?: string) => {
    const kept = name === undefined || text === undefined ? texts : { ...texts, [name]: text };
    setTyped({ draft: next, from, version: base, texts: kept });
  };
  return {
    draft,
    from,
    base,
    texts,
    edit,
    /** A text for a limit: as long as it means none, the limit stays as it was. */
    typeLimit: (name: string, text: string) => {
      const read = limitTyped(name, text);
      edit('value' in read ? withLimit(draft, name, read.value) : draft, name, text);
    },
    typeSymbols: (text: string) => {
      const { symbols, wrong } = readSymbols(text);
      const named = symbols.length > 0 ? symbols : null;
      edit(wrong.length > 0 ? draft : { ...draft, symbols: named }, 'symbols', text);
    },
    symbols: symbolsShown(draft.symbols ?? null, texts.symbols),
    /** Whether something that was typed means nothing. */
    isWrong:
      symbolsShown(null, texts.symbols).why !== undefined ||
      limitsOf(draft).some(({ name }) => 'why' in limitTyped(name, texts[name] ?? '0')),
    /** Whether somebody else has saved meanwhile. */
    isOther: typed !== null && typed.version !== version,
    /** Keeps what was typed, as a change of what is saved now. */
    rebase: () =>
      setTyped(typed && { ...typed, draft: rebased(from, draft, saved), from: saved, version }),
    /** Forgets what was typed. */
    discard: () => setTyped(null),
  };
}

/** What stands in the field of the symbols, by the rule of `limitShown`. */
function symbolsShown(value: readonly string[] | null, typed: string | undefined) {
  const written = value?.join(', ') ?? '';
  if (typed === undefined) return { text: written };
  const { symbols, wrong } = readSymbols(typed);
  if (wrong.length > 0) return { text: typed, why: noSymbols(wrong) };
  return { text: symbols.join(', ') === written ? typed : written };
}
