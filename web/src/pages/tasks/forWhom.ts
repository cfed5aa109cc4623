import type { TaskView } from '../../api/schema';
import { words } from './words';

/** Who sees a task, and whether it runs for each of them. */
export function forWhom({ admins_only, shared }: TaskView): string {
  if (admins_only) return shared ? `${words.admins}, ${words.shared}` : words.admins;
  return shared ? words.shared : words.everyone;
}
