import { useSearch } from '@tanstack/react-router';
import { useViewing } from '../../shell/viewing';
import { AllServices } from './AllServices';
import { UserServices } from './UserServices';

/** What runs for whom: everybody's services for an admin, else those of one user. */
export function ServicesPage() {
  const { isAdmin, user } = useViewing();
  const { mine = false } = useSearch({ from: '/inside/services' });
  return isAdmin && user === undefined && !mine ? <AllServices /> : <UserServices key={user} />;
}
