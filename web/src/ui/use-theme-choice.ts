/** The chosen appearance, wherever it is changed. */
import { useSyncExternalStore } from 'react'
import { onThemeChange, type ThemeChoice, themeChoice } from '@/lib/theme.ts'

export const useThemeChoice = (): ThemeChoice => useSyncExternalStore(onThemeChange, themeChoice)
