import { useViewing } from '../../shell/viewing';
import { AdminToday } from './AdminToday';
import { UserToday } from './UserToday';

/** The first page: everybody's day for an admin, else one user's. */
export function TodayPage() {
  const { isAdmin, user } = useViewing();
  return isAdmin && user === undefined ? <AdminToday /> : <UserToday key={user} />;
}
