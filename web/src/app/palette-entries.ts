/** What the palette offers: pages and actions by their names, and what the gateway has found. */
import { useLingui } from '@lingui/react/macro'
import { useNavigate } from '@tanstack/react-router'
import type { SearchResult } from '@/api/search.ts'
import { useIdentity, useMay } from '@/api/session.ts'
import { chooseLanguage } from '@/lib/i18n.ts'
import { chooseTheme, currentTheme } from '@/lib/theme.ts'
import type { Icon } from '@/ui/icon.tsx'
import {
  ActivityIcon,
  KeyIcon,
  LanguagesIcon,
  LayersIcon,
  LogOutIcon,
  MoonIcon,
  PlusIcon,
  ServerIcon,
  UserIcon,
} from '@/ui/icons.ts'
import { pagesFor } from './navigation.ts'
import { leave } from './sign-out.ts'

export interface PaletteEntry {
  id: string
  name: string
  detail: string
  icon: Icon
  run: () => void
}

type Kind = SearchResult['kind']

const ICONS: Record<Kind, Icon> = {
  user: UserIcon,
  key: KeyIcon,
  upstream: ServerIcon,
  model: LayersIcon,
  request: ActivityIcon,
}

export function usePaletteEntries(text: string, found: readonly SearchResult[]): PaletteEntry[] {
  const fixed = [...usePages(), ...useActions()]
  const open = useOpen()
  const wanted = text.trim().toLowerCase()
  const matching = fixed.filter(({ name, id }) => `${name} ${id}`.toLowerCase().includes(wanted))
  const names = useKindNames()
  return [
    ...matching,
    ...found.map(({ kind, id, name, detail }) => ({
      id: `${kind}-${id}`.replaceAll(/\W/g, '-'),
      name,
      detail: detail ? `${names[kind]} · ${detail}` : names[kind],
      icon: ICONS[kind],
      run: () => open(kind, id, name),
    })),
  ]
}

function useKindNames(): Record<Kind, string> {
  const { t } = useLingui()
  return { user: t`User`, key: t`Key`, upstream: t`Upstream`, model: t`Model`, request: t`Request` }
}

function useOpen() {
  const navigate = useNavigate()
  return (kind: Kind, id: string, name: string): void => {
    if (kind === 'user') void navigate({ to: '/users/$userId', params: { userId: id } })
    else if (kind === 'key') void navigate({ to: '/keys', search: { q: name } })
    else if (kind === 'upstream') void navigate({ to: '/upstreams', search: { q: name } })
    else if (kind === 'model') void navigate({ to: '/models', search: { q: name } })
    else void navigate({ to: '/requests', search: { id } })
  }
}

function usePages(): PaletteEntry[] {
  const { t, i18n } = useLingui()
  const navigate = useNavigate()
  const { role } = useIdentity()
  return pagesFor(role).map(({ to, label, icon }) => ({
    id: to === '/' ? 'overview' : to.slice(1),
    name: i18n._(label),
    detail: t`Page`,
    icon,
    run: () => void navigate({ to }),
  }))
}

function useActions(): PaletteEntry[] {
  const { t, i18n } = useLingui()
  const navigate = useNavigate()
  const may = useMay()
  const detail = t`Action`
  const other = i18n.locale === 'zh' ? 'en' : 'zh'
  const actions: (PaletteEntry | false)[] = [
    may.createKeys && {
      id: 'create-key',
      name: t`Create a key`,
      detail,
      icon: PlusIcon,
      run: () => void navigate({ to: '/keys', search: { create: true } }),
    },
    may.administer && {
      id: 'create-user',
      name: t`Add a user`,
      detail,
      icon: PlusIcon,
      run: () => void navigate({ to: '/users', search: { create: true } }),
    },
    may.administer && {
      id: 'add-upstream',
      name: t`Add an upstream`,
      detail,
      icon: PlusIcon,
      run: () => void navigate({ to: '/upstreams', search: { create: true } }),
    },
    may.administer && {
      id: 'define-model',
      name: t`Define a model`,
      detail,
      icon: PlusIcon,
      run: () => void navigate({ to: '/models', search: { create: true } }),
    },
    {
      id: 'theme',
      name: t`Switch between light and dark`,
      detail,
      icon: MoonIcon,
      run: () => chooseTheme(currentTheme() === 'dark' ? 'light' : 'dark'),
    },
    {
      id: 'language',
      name: other === 'zh' ? '切换到中文' : 'Switch to English',
      detail,
      icon: LanguagesIcon,
      run: () => void chooseLanguage(other),
    },
    { id: 'sign-out', name: t`Sign out`, detail, icon: LogOutIcon, run: leave },
  ]
  return actions.filter((action) => action !== false)
}
