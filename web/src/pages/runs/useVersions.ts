import { useQuery } from '@tanstack/react-query';
import { modulesQuery } from '../../api/modules';
import type { ModuleVersion } from '../../api/schema';
import { useMe } from '../../shell/viewing';

/** The versions of a task's module, newest first; only admins may see them, so for others there are none. */
export function useVersions(task: string): readonly ModuleVersion[] {
  const isAdmin = useMe().role === 'admin';
  const { data } = useQuery({ ...modulesQuery, enabled: isAdmin });
  const versions = data?.items.filter((version) => version.task === task) ?? [];
  return versions.toSorted((one, other) => other.version - one.version);
}
