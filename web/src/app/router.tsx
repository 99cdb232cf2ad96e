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
import { loadFile } from '@/ui/load-file.ts'
import { PageFailed, PageMissing } from './page-fallbacks.tsx'
import { SignedIn } from './signed-in.tsx'

const lazyPage = <Module extends object, Name extends keyof Module>(
  load: () => Promise<Module>,
  name: Name,
) => lazyRouteComponent(() => loadFile(load), name)

const rootRoute = createRootRoute({
  component: Outlet,
  notFoundComponent: PageMissing,
  errorComponent: PageFailed,
})

/** For the holder of a key: the one page without an account. */
const keyHolderRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/key',
  component: lazyPage(() => import('@/features/key-holder/key-holder-page.tsx'), 'KeyHolderPage'),
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
  component: lazyPage(() => import('@/features/overview/overview-page.tsx'), 'OverviewPage'),
})
const requestsRoute = createRoute({
  ...parent,
  path: '/requests',
  validateSearch: readRequestsSearch,
  component: lazyPage(() => import('@/features/requests/requests-page.tsx'), 'RequestsPage'),
})
const usageRoute = createRoute({
  ...parent,
  path: '/usage',
  validateSearch: readUsageSearch,
  component: lazyPage(() => import('@/features/usage/usage-page.tsx'), 'UsagePage'),
})
const usersRoute = createRoute({
  ...parent,
  path: '/users',
  validateSearch: readTextSearch,
  component: lazyPage(() => import('@/features/access/users-page.tsx'), 'UsersPage'),
})
const userRoute = createRoute({
  ...parent,
  path: '/users/$userId',
  component: lazyPage(() => import('@/features/access/user-page.tsx'), 'UserPage'),
})
const keysRoute = createRoute({
  ...parent,
  path: '/keys',
  validateSearch: readKeysSearch,
  component: lazyPage(() => import('@/features/access/keys-page.tsx'), 'KeysPage'),
})
const upstreamsRoute = createRoute({
  ...parent,
  path: '/upstreams',
  validateSearch: readTextSearch,
  component: lazyPage(() => import('@/features/upstreams/upstreams-page.tsx'), 'UpstreamsPage'),
})
const modelsRoute = createRoute({
  ...parent,
  path: '/models',
  validateSearch: readTextSearch,
  component: lazyPage(() => import('@/features/models/models-page.tsx'), 'ModelsPage'),
})
const playgroundRoute = createRoute({
  ...parent,
  path: '/playground',
  validateSearch: readPlaygroundSearch,
  component: lazyPage(() => import('@/features/playground/playground-page.tsx'), 'PlaygroundPage'),
})
const doctorRoute = createRoute({
  ...parent,
  path: '/doctor',
  component: lazyPage(() => import('@/features/doctor/doctor-page.tsx'), 'DoctorPage'),
})
const auditRoute = createRoute({
  ...parent,
  path: '/audit',
  validateSearch: readAuditSearch,
  component: lazyPage(() => import('@/features/audit/audit-page.tsx'), 'AuditPage'),
})
const settingsRoute = createRoute({
  ...parent,
  path: '/settings',
  component: lazyPage(() => import('@/features/settings/settings-page.tsx'), 'SettingsPage'),
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
