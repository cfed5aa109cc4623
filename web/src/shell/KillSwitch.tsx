import { SystemKillSwitch } from './SystemKillSwitch';
import { UserKillSwitch } from './UserKillSwitch';
import { useViewing } from './viewing';

/** An admin's own switch is the daemon's; with `?user=` it is that user's. */
export function KillSwitch() {
  const { isAdmin, user } = useViewing();
  return isAdmin && user === undefined ? <SystemKillSwitch /> : <UserKillSwitch />;
}
