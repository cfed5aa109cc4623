import type { ModuleVersion } from '../../src/api/schema';
import { guest } from './component';
import { done, type Own, read } from './own';

/** Brings the guest as another version of a task, as somebody at another desk would. It is not activated. */
export async function addVersion(own: Own, task: string): Promise<ModuleVersion> {
  const { buffer: data, mimeType } = await guest();
  const headers = { 'content-type': mimeType };
  return own.ask('admin', (client) =>
    read<ModuleVersion>(client.post(`/api/v1/modules/${task}`, { data, headers })),
  );
}

export const removeVersion = (own: Own, task: string, version: number) =>
  own.ask('admin', (client) => done(client.delete(`/api/v1/modules/${task}/${version}`)));
