/** The pages of the console, in the order of the sidebar, and who sees them. */
import type { MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import type { Role } from '@/api/session.ts'
import type { Icon } from '@/ui/icon.tsx'
import {
  ActivityIcon,
  ChartColumnIcon,
  GaugeIcon,
  KeyIcon,
  LayersIcon,
  MessageSquareIcon,
  ScrollIcon,
  ServerIcon,
  SettingsIcon,
  StethoscopeIcon,
  UsersIcon,
} from '@/ui/icons.ts'

export interface NavigationItem {
  to:
    | '/'
    | '/requests'
    | '/usage'
    | '/users'
    | '/keys'
    | '/upstreams'
    | '/models'
    | '/playground'
    | '/doctor'
    | '/audit'
    | '/settings'
  label: MessageDescriptor
  icon: Icon
  roles: readonly Role[]
}

const EVERYBODY: readonly Role[] = ['admin', 'viewer', 'user']
const STAFF: readonly Role[] = ['admin', 'viewer']

export const NAVIGATION: readonly { title: MessageDescriptor; items: readonly NavigationItem[] }[] =
  [
    {
      title: msg`Monitor`,
      items: [
        { to: '/', label: msg`Overview`, icon: GaugeIcon, roles: EVERYBODY },
        { to: '/requests', label: msg`Requests`, icon: ActivityIcon, roles: EVERYBODY },
        { to: '/usage', label: msg`Usage`, icon: ChartColumnIcon, roles: EVERYBODY },
      ],
    },
    {
      title: msg`Manage`,
      items: [
        { to: '/users', label: msg`Users`, icon: UsersIcon, roles: STAFF },
        { to: '/keys', label: msg`Keys`, icon: KeyIcon, roles: EVERYBODY },
        { to: '/upstreams', label: msg`Upstreams`, icon: ServerIcon, roles: STAFF },
        { to: '/models', label: msg`Models`, icon: LayersIcon, roles: STAFF },
      ],
    },
    {
      title: msg`Tools`,
      items: [
        {
          to: '/playground',
          label: msg`Playground`,
          icon: MessageSquareIcon,
          roles: ['admin', 'user'],
        },
        { to: '/doctor', label: msg`Doctor`, icon: StethoscopeIcon, roles: STAFF },
        { to: '/audit', label: msg`Audit`, icon: ScrollIcon, roles: STAFF },
        { to: '/settings', label: msg`Settings`, icon: SettingsIcon, roles: EVERYBODY },
      ],
    },
  ]

export function pagesFor(role: Role): NavigationItem[] {
  return NAVIGATION.flatMap(({ items }) => items).filter(({ roles }) => roles.includes(role))
}
