import { useQueryClient } from '@tanstack/react-query';

/** Reads again what a change of a module touches, whether it was done or refused. */
export function useModuleChange() {
  const cache = useQueryClient();
  return <T>(write: Promise<T>): Promise<T> =>
    write.finally(() =>
      Promise.all(
        ['modules', 'tasks', 'grants'].map((key) => cache.invalidateQueries({ queryKey: [key] })),
      ),
    );
}
