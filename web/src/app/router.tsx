/** Every page and its address; what a page shows is in its address, typed. */
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
} from '@tanstack/react-router'
import { BASE_PATH } from '@/lib/addresses.ts'
import {
  readAuditSearch,
  readKeysSearch,
  readOverviewSearch,
  readPlaygroundSearch,
  readRequestsSearch,
  readTextSearch,
  readUsageSearch,
} from '@/lib/search-params.ts'
import { PageFailed, PageMissing } from './page-fallbacks.tsx'
import { SignedIn } from './signed-in.tsx'

const rootRoute = createRootRoute({
  component: Outlet,
  notFoundComponent: PageMissing,
  errorComponent: PageFailed,
})

/** For the holder of a key: the one page without an account. */
const keyHolderRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/key',
  component: lazyRouteComponent(
    () => import('@/features/key-holder/key-holder-page.tsx'),
    'KeyHolderPage',
  ),
})

const signedInRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'signed-in',
  component: SignedIn,
})
const parent = { getParentRoute: () => signedInRoute } as const

const overviewRoute = createRoute({
  ...parent,
  path: '/',
  validateSearch: readOverviewSearch,
  component: lazyRouteComponent(
    () => import('@/features/overview/overview-page.tsx'),
    'OverviewPage',
  ),
})
const requestsRoute = createRoute({
  ...parent,
  path: '/requests',
  validateSearch: readRequestsSearch,
  component: lazyRouteComponent(
    () => import('@/features/requests/requests-page.tsx'),
    'RequestsPage',
  ),
})
const usageRoute = createRoute({
  ...parent,
  path: '/usage',
  validateSearch: readUsageSearch,
  component: lazyRouteComponent(() => import('@/features/usage/usage-page.tsx'), 'UsagePage'),
})
const usersRoute = createRoute({
  ...parent,
  path: '/users',
  validateSearch: readTextSearch,
  component: lazyRouteComponent(() => import('@/features/access/users-page.tsx'), 'UsersPage'),
})
const userRoute = createRoute({
  ...parent,
  path: '/users/$userId',
  component: lazyRouteComponent(() => import('@/features/access/user-page.tsx'), 'UserPage'),
})
const keysRoute = createRoute({
  ...parent,
  path: '/keys',
  validateSearch: readKeysSearch,
  component: lazyRouteComponent(() => import('@/features/access/keys-page.tsx'), 'KeysPage'),
})
const upstreamsRoute = createRoute({
  ...parent,
  path: '/upstreams',
  validateSearch: readTextSearch,
  component: lazyRouteComponent(
    () => import('@/features/upstreams/upstreams-page.tsx'),
    'UpstreamsPage',
  ),
})
const modelsRoute = createRoute({
  ...parent,
  path: '/models',
  validateSearch: readTextSearch,
  component: lazyRouteComponent(() => import('@/features/models/models-page.tsx'), 'ModelsPage'),
})
const playgroundRoute = createRoute({
  ...parent,
  path: '/playground',
  validateSearch: readPlaygroundSearch,
  component: lazyRouteComponent(
    () => import('@/features/playground/playground-page.tsx'),
    'PlaygroundPage',
  ),
})
const doctorRoute = createRoute({
  ...parent,
  path: '/doctor',
  component: lazyRouteComponent(() => import('@/features/doctor/doctor-page.tsx'), 'DoctorPage'),
})
const auditRoute = createRoute({
  ...parent,
  path: '/audit',
  validateSearch: readAuditSearch,
  component: lazyRouteComponent(() => import('@/features/audit/audit-page.tsx'), 'AuditPage'),
})
const settingsRoute = createRoute({
  ...parent,
  path: '/settings',
  component: lazyRouteComponent(
    () => import('@/features/settings/settings-page.tsx'),
    'SettingsPage',
  ),
})

const routeTree = rootRoute.addChildren([
  keyHolderRoute,
  signedInRoute.addChildren([
    overviewRoute,
    requestsRoute,
    usageRoute,
    usersRoute,
    userRoute,
    keysRoute,
    upstreamsRoute,
    modelsRoute,
    playgroundRoute,
    doctorRoute,
    auditRoute,
    settingsRoute,
  ]),
])

export const router = createRouter({
  routeTree,
  basepath: BASE_PATH,
  defaultPreload: 'intent',
  defaultErrorComponent: PageFailed,
  scrollRestoration: false,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
