import type { Alert } from '../../api/schema';

/** Most alerts that one request may name. */
const MOST = 100;

interface Batch {
  user: number | undefined;
  ids: number[];
}

/** The requests that resolve these alerts: one request is about one user, or about the installation. */
export function batchesOf(alerts: readonly Alert[], viewed: number | undefined): Batch[] {
  const byUser = new Map<number | undefined, Alert[]>();
  for (const alert of alerts) {
    const user = viewed ?? alert.user ?? undefined;
    byUser.set(user, [...(byUser.get(user) ?? []), alert]);
  }
  return [...byUser].flatMap(([user, those]) => {
    const ids = those.map(({ id }) => id);
    const parts: Batch[] = [];
    for (let at = 0; at < ids.length; at += MOST)
      parts.push({ user, ids: ids.slice(at, at + MOST) });
    return parts;
  });
}
