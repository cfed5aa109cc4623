import { useSearch } from '@tanstack/react-router';
import { useViewing } from '../../shell/viewing';
import { AllOrders } from './AllOrders';
import { UserOrders } from './UserOrders';

/** Orders by state: of everybody for an admin, else of one user. */
export function OrdersPage() {
  const { isAdmin, user } = useViewing();
  const { mine = false } = useSearch({ from: '/inside/orders' });
  return isAdmin && user === undefined && !mine ? <AllOrders /> : <UserOrders key={user} />;
}
