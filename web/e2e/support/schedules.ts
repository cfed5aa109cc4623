import type { AfterView } from '../../src/api/schema';
import { type Own, read } from './own';
import type { Place } from './pages';

const SCHEDULES = '/api/v1/service/schedules';

interface Schedule {
  task: string;
  rules: unknown[];
  enabled: boolean;
  description: string;
}

/** The page on which an admin changes a schedule. */
export const editorOf = (task: string): Place => ({
  path: `/schedules/${task}`,
  heading: 'Schedule of',
});

const saved = (own: Own) =>
  own.ask('admin', (client) => read<{ version: number; items: Schedule[] }>(client.get(SCHEDULES)));

/** A schedule as it is saved. */
export async function scheduleOf(own: Own, task: string): Promise<Schedule> {
  const found = (await saved(own)).items.find((one) => one.task === task);
  if (!found) throw new Error(`${task} has no schedule`);
  return found;
}

export const waitingFor = (task: string, latest: string): AfterView => ({
  tasks: [task],
  latest,
  // biome-ignore lint/suspicious/noThenProperty: the API calls it so
  then: 'run',
});

interface Change {
  description?: string;
  after?: AfterView;
}

/** Saves something else, as somebody at another desk would. */
export async function saveElsewhere(own: Own, task: string, change: Change): Promise<void> {
  const { version } = await saved(own);
  const { rules, enabled, description } = await scheduleOf(own, task);
  const data = { expected_version: version, rules, enabled, description, ...change };
  await own.ask('admin', (client) => read(client.put(`${SCHEDULES}/${task}`, { data })));
}
