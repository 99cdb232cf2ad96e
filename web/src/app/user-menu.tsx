/** Who is signed in; appearance, language and signing out. */
import { Trans, useLingui } from '@lingui/react/macro'
import { useMutation } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { signOut, useIdentity } from '@/api/session.ts'
import { chooseLanguage, LANGUAGES } from '@/lib/i18n.ts'
import { chooseTheme, type ThemeChoice, themeChoice } from '@/lib/theme.ts'
import { LogOutIcon, SettingsIcon, UserIcon } from '@/ui/icons.tsx'
import { Menu, MenuItem, MenuRadio, MenuSeparator } from '@/ui/menu.tsx'
import { useRoleNames } from '@/ui/role-names.ts'

export function UserMenu({ wide = false }: { wide?: boolean }) {
  const { t, i18n } = useLingui()
  const { username, role } = useIdentity()
  const [theme, setTheme] = useState(themeChoice)
  const navigate = useNavigate()
  const leave = useMutation({ mutationFn: signOut })
  const roleNames = useRoleNames()
  const trigger = (
    <button
      type="button"
      aria-label={t`Account of ${username}`}
      className="flex min-w-0 items-center gap-2 rounded-md p-1.5 text-left hover:bg-hover lg:w-full"
    >
      <UserIcon className="size-4 text-soft" />
      {wide && (
        <span className="min-w-0 grow">
          <span className="block truncate font-medium">{username}</span>
          <span className="block text-xs text-faint">{roleNames[role]}</span>
        </span>
      )}
    </button>
  )
  const themes: Record<ThemeChoice, string> = {
    system: t`As the system`,
    light: t`Light`,
    dark: t`Dark`,
  }
  return (
    <Menu trigger={trigger} align={wide ? 'start' : 'end'}>
      <MenuRadio
        label={t`Appearance`}
        value={theme}
        options={themes}
        onChange={(choice) => {
          chooseTheme(choice)
          setTheme(choice)
        }}
      />
      <MenuSeparator />
      <MenuRadio
        label={t`Language`}
        value={i18n.locale as keyof typeof LANGUAGES}
        options={LANGUAGES}
        onChange={(language) => void chooseLanguage(language)}
      />
      <MenuSeparator />
      <MenuItem onSelect={() => void navigate({ to: '/settings' })}>
        <SettingsIcon /> <Trans>Password and sessions</Trans>
      </MenuItem>
      <MenuItem onSelect={() => leave.mutate()}>
        <LogOutIcon /> <Trans>Sign out</Trans>
      </MenuItem>
    </Menu>
  )
}
