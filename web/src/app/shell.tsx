/** The frame around every page: sidebar, top bar on small screens, palette. */
import { Trans, useLingui } from '@lingui/react/macro'
import { Link, useLocation } from '@tanstack/react-router'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { useLiveEvents } from '@/api/live/events.ts'
import { useIdentity } from '@/api/session.ts'
import { isMac } from '@/lib/keyboard.ts'
import { IconButton } from '@/ui/button.tsx'
import { classNames } from '@/ui/class-names.ts'
import { MenuIcon, SearchIcon } from '@/ui/icons.ts'
import { Logo } from '@/ui/logo.tsx'
import { Drawer } from '@/ui/overlay/dialog.tsx'
import { NAVIGATION } from './navigation.ts'
import { Palette } from './palette.tsx'
import { usePaletteKey } from './use-palette-key.ts'
import { UserMenu } from './user-menu.tsx'

export function Shell({ children }: { children: ReactNode }) {
  const { t } = useLingui()
  const [paletteOpen, setPaletteOpen] = useState(false)
  const [menuOpen, setMenuOpen] = useState(false)
  const { pathname } = useLocation()
  const main = useRef<HTMLElement>(null)
  usePaletteKey(() => setPaletteOpen((open) => !open))
  // Changes made elsewhere arrive on every page.
  useLiveEvents({})

  // biome-ignore lint/correctness/useExhaustiveDependencies: at each new page
  useEffect(() => {
    setMenuOpen(false)
    scrollTo(0, 0)
  }, [pathname])

  const openPalette = () => setPaletteOpen(true)
  return (
    <div className="min-h-dvh lg:grid lg:grid-cols-[13.5rem_1fr] print:block">
      <button
        type="button"
        onClick={() => main.current?.focus()}
        className="sr-only z-50 rounded-md bg-surface px-3 py-2 shadow-float focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      >
        <Trans>Skip to content</Trans>
      </button>
      <header className="sticky top-0 z-30 flex h-12 items-center gap-2 border-b bg-canvas/95 px-3 backdrop-blur lg:hidden print:hidden">
        <IconButton label={t`Menu`} onClick={() => setMenuOpen(true)}>
          <MenuIcon />
        </IconButton>
        <Link to="/" className="grow">
          <Logo />
        </Link>
        <IconButton label={t`Search`} onClick={openPalette}>
          <SearchIcon />
        </IconButton>
        <UserMenu />
      </header>
      <aside className="sticky top-0 hidden h-dvh flex-col gap-4 overflow-y-auto border-r bg-sunken px-3 py-4 lg:flex print:hidden">
        <Link to="/" className="px-2">
          <Logo />
        </Link>
        <SearchButton onClick={openPalette} />
        <Navigation />
        <div className="mt-auto">
          <UserMenu wide />
        </div>
      </aside>
      <Drawer open={menuOpen} onClose={() => setMenuOpen(false)} title={<Trans>Pages</Trans>}>
        <Navigation />
      </Drawer>
      <main ref={main} id="main" tabIndex={-1} className="min-w-0 outline-none">
        {children}
      </main>
      {paletteOpen && <Palette onClose={() => setPaletteOpen(false)} />}
    </div>
  )
}

function SearchButton({ onClick }: { onClick: () => void }) {
  return (
    <button
      type="button"
      onClick={onClick}
      className="flex h-8 items-center gap-2 rounded-md border border-line-strong bg-surface px-2 text-faint shadow-panel hover:text-ink"
    >
      <SearchIcon className="size-3.5" />
      <span className="grow text-left">
        <Trans>Search</Trans>
      </span>
      <kbd className="font-sans text-xs">{isMac ? '⌘K' : 'Ctrl K'}</kbd>
    </button>
  )
}

function Navigation() {
  const { t, i18n } = useLingui()
  const { role } = useIdentity()
  return (
    <nav aria-label={t`Pages`} className="flex flex-col gap-4">
      {NAVIGATION.map(({ title, items }) => (
        <div key={i18n._(title)}>
          <p className="mb-1 px-2 text-xs text-faint">{i18n._(title)}</p>
          <ul className="flex flex-col gap-px">
            {items
              .filter(({ roles }) => roles.includes(role))
              .map(({ to, label, icon: Shape }) => (
                <li key={to}>
                  <Link
                    to={to}
                    activeOptions={{ exact: to === '/', includeSearch: false }}
                    className={classNames(
                      'flex h-8 items-center gap-2.5 rounded-md px-2 text-soft hover:bg-hover hover:text-ink',
                      'data-[status=active]:bg-accent-soft data-[status=active]:font-medium data-[status=active]:text-accent-ink',
                    )}
                  >
                    <Shape />
                    {i18n._(label)}
                  </Link>
                </li>
              ))}
          </ul>
        </div>
      ))}
    </nav>
  )
}
