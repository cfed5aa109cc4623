import { useQuery } from '@tanstack/react-query';
import { pageError } from '../../api/problems';
import type { SettingBody } from '../../api/schema';
import { settingsSchemaQuery } from '../../api/settings';

interface Read<T> {
  data: T | undefined;
  error: unknown;
  isPending: boolean;
  refetch: () => unknown;
}

type List = 'strategy' | 'limits' | 'preferences' | 'capital';

/** What the settings of a list are and how they stand, in the shapes of `PageState`. */
export function useSettings<T>(list: List, values: Read<T>) {
  const schema = useQuery(settingsSchemaQuery);
  const failed = [schema, values].find(({ error, data }) => error && !data);
  const again = () => {
    void schema.refetch();
    void values.refetch();
  };
  const found: { settings: readonly SettingBody[]; saved: T } | null =
    schema.data && values.data !== undefined
      ? { settings: schema.data[list], saved: values.data }
      : null;
  return {
    found,
    state: {
      loading: schema.isPending || values.isPending,
      error: failed ? pageError(failed.error, again) : null,
    },
  };
}
