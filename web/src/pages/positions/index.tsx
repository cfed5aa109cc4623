import { useSearch } from '@tanstack/react-router';
import { useViewing } from '../../shell/viewing';
import { AllPositions } from './AllPositions';
import { UserPositions } from './UserPositions';

/** What is held: by everybody for an admin, else by one user. */
export function PositionsPage() {
  const { isAdmin, user } = useViewing();
  const { mine = false } = useSearch({ from: '/inside/positions' });
  return isAdmin && user === undefined && !mine ? <AllPositions /> : <UserPositions key={user} />;
}
