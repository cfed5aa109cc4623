import type { ApiToken } from '../../api/schema';

type TokenState = 'active' | 'revoked' | 'expired';

/** Whether a program may still use a token. Tokens end in real time, also where the daemon's clock is another. */
export function stateOf(token: ApiToken): TokenState {
  if (token.revoked_at) return 'revoked';
  return token.expires_at && Date.parse(token.expires_at) <= Date.now() ? 'expired' : 'active';
}

export const isActive = (token: ApiToken) => stateOf(token) === 'active';
