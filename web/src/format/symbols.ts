/** Symbols out of a text as people type or paste it, in capitals and each once; and what in it can be none. */
export function readSymbols(text: string): { symbols: string[]; wrong: string[] } {
  const named = [...new Set(text.toUpperCase().split(/[\s,;]+/))].filter(Boolean);
  return { symbols: named.filter(isSymbol), wrong: named.filter((one) => !isSymbol(one)) };
}

/** Whether the exchange could have a share of this symbol, as the daemon checks it. */
export function isSymbol(text: string): boolean {
  return /^[A-Z0-9&-]{1,32}$/.test(text);
}

/** Why these are no symbols. */
export function noSymbols(wrong: readonly string[]): string {
  const named = wrong.map((one) => `"${one.length > 40 ? `${one.slice(0, 40)}…` : one}"`);
  const what = named.length === 1 ? 'is not a symbol' : 'are not symbols';
  return `${named.join(', ')} ${what}: 1 to 32 of A-Z, 0-9, & and -.`;
}
