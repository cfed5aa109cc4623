import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
  retainSearchParams,
} from '@tanstack/react-router';
import { meQuery } from './api/auth';
import { code } from './api/code';
import type { Live } from './live/live';
import { isSignedOut } from './live/session';
import { analyticsSearch } from './pages/analytics/search';
import { logSearch } from './pages/logs/search';
import { orderSearch } from './pages/orders/filter';
import { pnlSearch } from './pages/pnl/range';
import { positionsSearch } from './pages/positions/search';
import { lineSearch, runSearch } from './pages/runs/filter';
import { servicesSearch } from './pages/services/search';
import { LogInPage } from './pages/sign-in/LogInPage';
import { signalSearch } from './pages/signals/filter';
import { slotSearch } from './pages/slots/filter';
import { TodayPage } from './pages/today';
import { ErrorPage } from './shell/ErrorPage';
import { NotFound } from './shell/NotFound';
import { Shell } from './shell/Shell';
import { date, oneOf, text, wholeNumber, yes } from './shell/search';

interface RouterContext {
  cache: QueryClient;
  live: Live;
}

const root = createRootRouteWithContext<RouterContext>()({
  component: Outlet,
  errorComponent: ErrorPage,
  notFoundComponent: NotFound,
});

const logIn = createRoute({
  getParentRoute: () => root,
  path: '/login',
  validateSearch: (search): { next?: string } => text(search, 'next'),
  component: LogInPage,
});

/** One-time links: `/#setup=TOKEN` and `/#reset=TOKEN`. What stands behind # is not sent to any server. */
const setUp = createRoute({
  getParentRoute: () => root,
  path: '/setup',
  component: lazyRouteComponent(
    code(() => import('./pages/sign-in/SetUpPage')),
    'SetUpPage',
  ),
});

const reset = createRoute({
  getParentRoute: () => root,
  path: '/reset',
  component: lazyRouteComponent(
    code(() => import('./pages/sign-in/ResetPage')),
    'ResetPage',
  ),
});

interface Viewed {
  user?: number | undefined;
}

/** All pages behind the log-in. `?user=` is the user whom an admin looks at, and goes from page to page. */
const inside = createRoute({
  getParentRoute: () => root,
  id: 'inside',
  validateSearch: (search): Viewed => wholeNumber(search, 'user'),
  search: { middlewares: [retainSearchParams<Viewed>(['user'])] },
  beforeLoad: async ({ context, location }) => {
    const hash = location.hash;
    if (hash.startsWith('setup=')) throw redirect({ to: '/setup', hash, replace: true });
    if (hash.startsWith('reset=')) throw redirect({ to: '/reset', hash, replace: true });
    try {
      await context.cache.ensureQueryData(meQuery);
    } catch (error) {
      if (isSignedOut(error)) throw redirect({ to: '/login', search: { next: location.href } });
      throw error;
    }
  },
  component: Shell,
  errorComponent: ErrorPage,
});

const today = createRoute({
  getParentRoute: () => inside,
  path: '/',
  validateSearch: (search): { q?: string; trouble?: true } => ({
    ...text(search, 'q'),
    ...yes(search, 'trouble'),
  }),
  component: TodayPage,
});

const orders = createRoute({
  getParentRoute: () => inside,
  path: '/orders',
  validateSearch: orderSearch,
  component: lazyRouteComponent(
    code(() => import('./pages/orders')),
    'OrdersPage',
  ),
});

const positions = createRoute({
  getParentRoute: () => inside,
  path: '/positions',
  validateSearch: positionsSearch,
  component: lazyRouteComponent(
    code(() => import('./pages/positions')),
    'PositionsPage',
  ),
});

const pnl = createRoute({
  getParentRoute: () => inside,
  path: '/pnl',
  validateSearch: pnlSearch,
  component: lazyRouteComponent(
    code(() => import('./pages/pnl')),
    'PnlPage',
  ),
});

const signals = createRoute({
  getParentRoute: () => inside,
  path: '/signals',
  validateSearch: signalSearch,
  component: lazyRouteComponent(
    code(() => import('./pages/signals')),
    'SignalsPage',
  ),
});

const symbols = createRoute({
  getParentRoute: () => inside,
  path: '/symbols',
  validateSearch: (search): { q?: string | undefined; sort?: string | undefined } => ({
    ...text(search, 'q'),
    ...text(search, 'sort'),
  }),
  component: lazyRouteComponent(
    code(() => import('./pages/symbol/SymbolsPage')),
    'SymbolsPage',
  ),
});

const analytics = createRoute({
  getParentRoute: () => inside,
  path: '/analytics',
  validateSearch: analyticsSearch,
  component: lazyRouteComponent(
    code(() => import('./pages/analytics')),
    'AnalyticsPage',
  ),
});

const symbol = createRoute({
  getParentRoute: () => inside,
  path: '/symbols/$symbol',
  validateSearch: (search): { day?: string | undefined } => date(search, 'day'),
  component: lazyRouteComponent(
    code(() => import('./pages/symbol')),
    'SymbolPage',
  ),
});

const services = createRoute({
  getParentRoute: () => inside,
  path: '/services',
  validateSearch: servicesSearch,
  component: lazyRouteComponent(
    code(() => import('./pages/services')),
    'ServicesPage',
  ),
});

const runs = createRoute({
  getParentRoute: () => inside,
  path: '/runs',
  validateSearch: runSearch,
  component: lazyRouteComponent(
    code(() => import('./pages/runs')),
    'RunsPage',
  ),
});

const run = createRoute({
  getParentRoute: () => inside,
  path: '/runs/$run',
  params: {
    parse: (params) => ({ run: Number(params.run) }),
    stringify: (params) => ({ run: String(params.run) }),
  },
  validateSearch: lineSearch,
  component: lazyRouteComponent(
    code(() => import('./pages/runs/RunPage')),
    'RunPage',
  ),
});

const slots = createRoute({
  getParentRoute: () => inside,
  path: '/slots',
  validateSearch: slotSearch,
  component: lazyRouteComponent(
    code(() => import('./pages/slots')),
    'SlotsPage',
  ),
});

const logs = createRoute({
  getParentRoute: () => inside,
  path: '/logs',
  validateSearch: logSearch,
  component: lazyRouteComponent(
    code(() => import('./pages/logs')),
    'LogsPage',
  ),
});

const doctor = createRoute({
  getParentRoute: () => inside,
  path: '/doctor',
  component: lazyRouteComponent(
    code(() => import('./pages/doctor')),
    'DoctorPage',
  ),
});

const schedules = createRoute({
  getParentRoute: () => inside,
  path: '/schedules',
  validateSearch: (search): { day?: string | undefined } => date(search, 'day'),
  component: lazyRouteComponent(
    code(() => import('./pages/schedules')),
    'SchedulesPage',
  ),
});

const schedule = createRoute({
  getParentRoute: () => inside,
  path: '/schedules/$task',
  component: lazyRouteComponent(
    code(() => import('./pages/schedule')),
    'SchedulePage',
  ),
});

const calendar = createRoute({
  getParentRoute: () => inside,
  path: '/calendar',
  validateSearch: (search): { year?: number | undefined } => wholeNumber(search, 'year'),
  component: lazyRouteComponent(
    code(() => import('./pages/calendar')),
    'CalendarPage',
  ),
});

const modules = createRoute({
  getParentRoute: () => inside,
  path: '/admin/modules',
  component: lazyRouteComponent(
    code(() => import('./pages/modules')),
    'ModulesPage',
  ),
});

const module = createRoute({
  getParentRoute: () => inside,
  path: '/admin/modules/$task',
  validateSearch: (search): { version?: number | undefined } => wholeNumber(search, 'version'),
  component: lazyRouteComponent(
    code(() => import('./pages/module')),
    'ModulePage',
  ),
});

const grants = createRoute({
  getParentRoute: () => inside,
  path: '/admin/grants',
  validateSearch: (search): { task?: string | undefined; whom?: number | undefined } => ({
    ...text(search, 'task'),
    ...wholeNumber(search, 'whom'),
  }),
  component: lazyRouteComponent(
    code(() => import('./pages/grants')),
    'GrantsPage',
  ),
});

const tasks = createRoute({
  getParentRoute: () => inside,
  path: '/admin/tasks',
  validateSearch: (search): { task?: string | undefined } => text(search, 'task'),
  component: lazyRouteComponent(
    code(() => import('./pages/tasks')),
    'TasksPage',
  ),
});

const alerts = createRoute({
  getParentRoute: () => inside,
  path: '/alerts',
  validateSearch: (search): AlertsSearch => ({
    ...oneOf(search, 'tab', ['alerts', 'messages']),
    ...yes(search, 'all'),
    ...oneOf(search, 'level', ['info', 'warning', 'error']),
    ...yes(search, 'unread'),
  }),
  component: lazyRouteComponent(
    code(() => import('./pages/alerts')),
    'AlertsPage',
  ),
});

interface AlertsSearch {
  tab?: 'alerts' | 'messages' | undefined;
  all?: true | undefined;
  level?: 'info' | 'warning' | 'error' | undefined;
  unread?: true | undefined;
}

const settingsHome = createRoute({
  getParentRoute: () => inside,
  path: '/settings',
  beforeLoad: () => {
    throw redirect({ to: '/settings/$section', params: { section: 'account' }, replace: true });
  },
});

const settings = createRoute({
  getParentRoute: () => inside,
  path: '/settings/$section',
  validateSearch: (search): { task?: string | undefined } => text(search, 'task'),
  component: lazyRouteComponent(
    code(() => import('./pages/settings')),
    'SettingsPage',
  ),
});

const halts = createRoute({
  getParentRoute: () => inside,
  path: '/admin/halts',
  component: lazyRouteComponent(
    code(() => import('./pages/halts')),
    'HaltsPage',
  ),
});

const marketData = createRoute({
  getParentRoute: () => inside,
  path: '/admin/market',
  validateSearch: (search): { symbol?: string | undefined } => text(search, 'symbol'),
  component: lazyRouteComponent(
    code(() => import('./pages/market-data')),
    'MarketDataPage',
  ),
});

const actions = createRoute({
  getParentRoute: () => inside,
  path: '/admin/actions',
  validateSearch: (search): ActionsSearch => ({
    ...text(search, 'symbol'),
    ...oneOf(search, 'state', ['announced', 'applied', 'undone']),
    ...date(search, 'from'),
    ...date(search, 'until'),
    ...yes(search, 'add'),
    ...date(search, 'day'),
  }),
  component: lazyRouteComponent(
    code(() => import('./pages/actions')),
    'ActionsPage',
  ),
});

interface ActionsSearch {
  symbol?: string | undefined;
  state?: 'announced' | 'applied' | 'undone' | undefined;
  from?: string | undefined;
  until?: string | undefined;
  /** Whether the form is open, and the ex-date that it begins with. */
  add?: true | undefined;
  day?: string | undefined;
}

const users = createRoute({
  getParentRoute: () => inside,
  path: '/admin/users',
  validateSearch: (search): UsersSearch => ({
    ...text(search, 'q'),
    ...oneOf(search, 'role', ['admin', 'user']),
    ...oneOf(search, 'state', ['active', 'inactive']),
  }),
  component: lazyRouteComponent(
    code(() => import('./pages/users')),
    'UsersPage',
  ),
});

interface UsersSearch {
  q?: string | undefined;
  role?: 'admin' | 'user' | undefined;
  state?: 'active' | 'inactive' | undefined;
}

const user = createRoute({
  getParentRoute: () => inside,
  path: '/admin/users/$id',
  component: lazyRouteComponent(
    code(() => import('./pages/users/UserPage')),
    'UserPage',
  ),
});

const audit = createRoute({
  getParentRoute: () => inside,
  path: '/admin/audit',
  validateSearch: (search): AuditSearch => ({
    ...text(search, 'by'),
    ...text(search, 'action'),
    ...text(search, 'resource'),
    ...date(search, 'since'),
    ...date(search, 'until'),
  }),
  component: lazyRouteComponent(
    code(() => import('./pages/audit')),
    'AuditPage',
  ),
});

interface AuditSearch {
  by?: string | undefined;
  action?: string | undefined;
  resource?: string | undefined;
  since?: string | undefined;
  until?: string | undefined;
}

const system = createRoute({
  getParentRoute: () => inside,
  path: '/admin/system',
  component: lazyRouteComponent(
    code(() => import('./pages/system')),
    'SystemPage',
  ),
});

/** Every shared part, for whoever works on the console; a build has neither the route nor the page. */
const gallery = createRoute({
  getParentRoute: () => root,
  path: '/dev/gallery',
  component: lazyRouteComponent(code(() => import('./pages/gallery'))),
});

/** A new page: its route here and in the list, its entry in shell/navigation.ts. See README.md. */
const pages = inside.addChildren([
  today,
  services,
  runs,
  run,
  slots,
  orders,
  positions,
  pnl,
  signals,
  symbols,
  symbol,
  analytics,
  logs,
  doctor,
  schedules,
  schedule,
  calendar,
  modules,
  module,
  grants,
  tasks,
  alerts,
  settingsHome,
  settings,
  halts,
  marketData,
  actions,
  users,
  user,
  audit,
  system,
]);

const tree = root.addChildren([
  logIn,
  setUp,
  reset,
  pages,
  ...(import.meta.env.DEV ? [gallery] : []),
]);

export function createConsoleRouter(context: RouterContext) {
  return createRouter({
    routeTree: tree,
    context,
    defaultPreload: 'intent',
    scrollRestoration: true,
    defaultErrorComponent: ErrorPage,
    defaultNotFoundComponent: NotFound,
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createConsoleRouter>;
  }
}
