/** Dark or light; theme.js has set the first one before anything was painted. */
import { useSyncExternalStore } from 'react'
import { readStored, writeStored } from './storage.ts'

export type ThemeChoice = 'light' | 'dark' | 'system'

const prefersDark = matchMedia('(prefers-color-scheme: dark)')
const listeners = new Set<() => void>()

export function themeChoice(): ThemeChoice {
  const stored = readStored('theme')
  return stored === 'dark' || stored === 'light' ? stored : 'system'
}

export function chooseTheme(choice: ThemeChoice): void {
  writeStored('theme', choice === 'system' ? null : choice)
  apply()
}

/** Calls `listener` when the colours change, for what is drawn on a canvas. Returns how to stop. */
export function onThemeChange(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** The chosen appearance, wherever it is changed. */
export const useThemeChoice = (): ThemeChoice => useSyncExternalStore(onThemeChange, themeChoice)

export function currentTheme(): string {
  return document.documentElement.dataset.theme ?? 'light'
}

function apply(): void {
  const choice = themeChoice()
  const dark = choice === 'dark' || (choice === 'system' && prefersDark.matches)
  document.documentElement.dataset.theme = dark ? 'dark' : 'light'
  for (const listener of listeners) listener()
}

prefersDark.addEventListener('change', apply)
// Another tab has chosen.
addEventListener('storage', ({ key }) => key === 'console.theme' && apply())
