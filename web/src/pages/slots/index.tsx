import { useClock } from '../../parts/clock';
import { PageState } from '../../parts/PageState';
import { useViewing } from '../../shell/viewing';
import { AllSlots } from './AllSlots';
import { UserSlots } from './UserSlots';

/** What was expected on a day and what became of it: of everybody for an admin, else of one user. */
export function SlotsPage() {
  const { isAdmin, user } = useViewing();
  // Which day today is, the daemon's clock tells.
  if (useClock() === null) return <PageState loading />;
  return isAdmin && user === undefined ? <AllSlots /> : <UserSlots key={user} />;
}
