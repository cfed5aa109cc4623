import type { ApiToken } from '../../api/schema';

export type TokenState = 'active' | 'revoked' | 'expired';

/** Whether a program may still use a token, by the clock of the daemon's host: tokens end in real time. */
export function stateOf(token: ApiToken, nowMs: number | null): TokenState {
  if (token.revoked_at) return 'revoked';
  const isOver = nowMs !== null && token.expires_at && Date.parse(token.expires_at) <= nowMs;
  return isOver ? 'expired' : 'active';
}

export const isActive = (token: ApiToken) => stateOf(token, null) === 'active';
