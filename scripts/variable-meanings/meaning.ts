/** What a variable is for, in both languages. */
import type { VARIABLES } from '../../src/config/variables.ts'

export type Variable = keyof typeof VARIABLES

export interface Meaning {
  en: string
  zh: string
  /** What applies if it is not set, where the code has no plain value for that. */
  standard?: { en: string; zh: string }
}

/** Of the variables of one subject. */
export type Meanings = Readonly<Partial<Record<Variable, Meaning>>>
