/** One finding of a check: its id, its severity, and the values that show it. */
import type { Verdict } from '../core/check-ids.ts'
import type { TextKey } from './texts/texts.ts'

export type Figure = string | number | boolean | null
export type Figures = Readonly<Record<string, Figure>>

export interface Finding {
  code: TextKey
  verdict: Verdict
  figures: Figures
}

export const finding = (verdict: Verdict, code: TextKey, figures: Figures = {}): Finding => ({
  code,
  verdict,
  figures,
})
export const ok = (code: TextKey, figures?: Figures) => finding('ok', code, figures)
export const warning = (code: TextKey, figures?: Figures) => finding('warning', code, figures)
export const failing = (code: TextKey, figures?: Figures) => finding('failure', code, figures)
export const skipped = (code: TextKey, figures?: Figures) => finding('skipped', code, figures)
