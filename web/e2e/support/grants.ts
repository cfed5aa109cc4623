import type { TaskAllowance } from '../../src/api/schema';
import { type Own, read } from './own';

const GRANTS = '/api/v1/grants';

interface Grant {
  task: string;
  user: number | null;
  allowance: TaskAllowance;
}

/** What a task may do for everybody without an allowance of their own. */
export async function grantOf(own: Own, task: string): Promise<TaskAllowance> {
  const { items } = await own.ask('admin', (client) =>
    read<{ items: Grant[] }>(client.get(GRANTS)),
  );
  const found = items.find((grant) => grant.task === task && grant.user === null);
  if (!found) throw new Error(`${task} has no grant`);
  return found.allowance;
}

/** Sets it, as somebody at another desk would. */
export const setGrant = (own: Own, task: string, data: TaskAllowance) =>
  own.ask('admin', (client) => read(client.put(`${GRANTS}/${task}`, { data })));
