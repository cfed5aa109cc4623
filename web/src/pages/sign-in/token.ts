/** Returns the one-time token in what follows the # of a link; null when there is none. */
export function tokenOf(hash: string, kind: 'setup' | 'reset'): string | null {
  const prefix = `${kind}=`;
  const token = hash.startsWith(prefix) ? hash.slice(prefix.length) : '';
  return token === '' ? null : token;
}
