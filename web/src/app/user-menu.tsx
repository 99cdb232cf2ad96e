/** Who is signed in; appearance, language and signing out. In the browser's own popover: its place never changes. */
import { Trans, useLingui } from '@lingui/react/macro'
import { Link } from '@tanstack/react-router'
import { useId, useRef } from 'react'
import { useIdentity } from '@/api/session.ts'
import { chooseLanguage, LANGUAGES } from '@/lib/i18n.ts'
import { chooseTheme, type ThemeChoice, useThemeChoice } from '@/lib/theme.ts'
import { classNames } from '@/ui/class-names.ts'
import { LogOutIcon, SettingsIcon, UserIcon } from '@/ui/icons.ts'
import { useRoleNames } from '@/ui/words/role-names.ts'
import { leave } from './sign-out.ts'

const ITEM = 'flex w-full items-center gap-2 rounded-md px-2 py-1.5 text-left hover:bg-hover'

export function UserMenu({ wide = false }: { wide?: boolean }) {
  const { t, i18n } = useLingui()
  const { username, role } = useIdentity()
  const theme = useThemeChoice()
  const roleNames = useRoleNames()
  const id = useId()
  const popover = useRef<HTMLDivElement>(null)
  const close = () => popover.current?.hidePopover()
  const themes: Record<ThemeChoice, string> = {
    system: t`Match the system`,
    light: t`Light`,
    dark: t`Dark`,
  }
  return (
    <>
      <button
        type="button"
        popoverTarget={id}
        aria-label={wide ? undefined : t`Account of ${username}`}
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
      <div
        ref={popover}
        id={id}
        popover="auto"
        className={classNames(
          'fixed m-0 w-52 rounded-lg border bg-surface p-1 text-ink shadow-float',
          wide ? 'top-auto right-auto bottom-16 left-3' : 'top-12 right-3 bottom-auto left-auto',
        )}
      >
        <Choice label={t`Appearance`} value={theme} options={themes} onChange={chooseTheme} />
        <Choice
          label={t`Language`}
          value={i18n.locale as keyof typeof LANGUAGES}
          options={LANGUAGES}
          onChange={(language) => void chooseLanguage(language)}
        />
        <Link to="/settings" onClick={close} className={ITEM}>
          <SettingsIcon /> <Trans>Password and sessions</Trans>
        </Link>
        <button type="button" onClick={leave} className={ITEM}>
          <LogOutIcon /> <Trans>Sign out</Trans>
        </button>
      </div>
    </>
  )
}

interface ChoiceProps<Value extends string> {
  label: string
  value: Value
  options: Readonly<Record<Value, string>>
  onChange: (value: Value) => void
}

function Choice<Value extends string>({ label, value, options, onChange }: ChoiceProps<Value>) {
  const name = useId()
  return (
    <fieldset className="mb-1 border-b pb-1">
      <legend className="px-2 pt-1 text-xs text-faint">{label}</legend>
      {Object.entries<string>(options).map(([each, text]) => (
        <label
          key={each}
          className={`${ITEM} cursor-pointer has-focus-visible:outline-2 has-focus-visible:outline-accent`}
        >
          <input
            type="radio"
            name={name}
            checked={each === value}
            onChange={() => onChange(each as Value)}
            className="size-3.5 accent-accent"
          />
          {text}
        </label>
      ))}
    </fieldset>
  )
}
