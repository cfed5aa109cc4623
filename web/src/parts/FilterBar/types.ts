export interface FilterOption {
  value: string;
  label: string;
}

export type FilterField =
  | {
      kind: 'text';
      id: string;
      label: string;
      placeholder?: string;
      /** For words that are never long, such as symbols. */
      isShort?: boolean;
    }
  /** A day, `2026-11-27`. */
  | { kind: 'date'; id: string; label: string; min?: string; max?: string }
  /** One of many. */
  | { kind: 'choice'; id: string; label: string; options: readonly FilterOption[] }
  /** Any of few; in the URL as `a,b`. */
  | { kind: 'chips'; id: string; label: string; options: readonly FilterOption[] };

export type FilterValues = Readonly<Record<string, string | undefined>>;
