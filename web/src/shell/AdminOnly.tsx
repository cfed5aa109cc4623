import type { ReactNode } from 'react';
import { PageState } from '../parts/PageState';
import { useMe } from './viewing';

/** Around a page for admins: a user who comes here is told so, with a way back. */
export function AdminOnly({ children }: { children: ReactNode }) {
  return <PageState forbidden={useMe().role !== 'admin'}>{children}</PageState>;
}
