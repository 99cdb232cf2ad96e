/** The sixteen faults of providers: what the upstream that is asked first does, and what comes after it. */
import type { Step } from '../../support/mock/mock-upstream.ts'
import {
  type Asked,
  filtered,
  half,
  malformed,
  refusal,
  slowStart,
  sound,
  withoutEnd,
} from './replies.ts'

export interface Fault {
  name: string
  /** How the upstream that is asked first replies to its n-th request, from 0. */
  first(asked: Asked, nth: number): Step[]
  /** The standby refuses the beginning of its own turn. */
  refusesPrefill?: boolean
  /** Requests that must all succeed; absent: one. */
  requests?: number
  /** As the operator set the model. */
  fallbackOnFilter?: boolean
  /** The second target's window. */
  standbyContext?: number
}

const LIMIT = 'Rate limit reached'

export const FAULTS: readonly Fault[] = [
  {
    name: '429 with retry-after',
    first: ({ format }) => {
      const headers = { 'retry-after': '20' }
      return refusal(format, 429, LIMIT, { code: 'rate_limit_exceeded', headers })
    },
  },
  {
    name: '429 without retry-after',
    first: ({ format }) => refusal(format, 429, LIMIT, { code: 'rate_limit_exceeded' }),
  },
  {
    name: '500 once',
    first: (asked, nth) => (nth === 0 ? refusal(asked.format, 500, 'oops') : sound(asked)),
  },
  { name: '503 every time', first: ({ format }) => refusal(format, 503, 'down') },
  { name: 'reset', first: () => ['rst'] },
  { name: 'silence', first: () => ['stall'] },
  { name: 'slow first token', first: slowStart },
  { name: 'cut', first: (asked) => half(asked, 'rst') },
  { name: 'stall', first: (asked) => half(asked, 'stall') },
  { name: 'malformed chunk', first: malformed },
  { name: 'no [DONE]', first: withoutEnd },
  {
    name: 'context too long',
    first: ({ format }) =>
      refusal(format, 400, format.tooLong, { code: 'context_length_exceeded' }),
    standbyContext: 1_000_000,
  },
  {
    name: 'content filter',
    first: filtered,
    fallbackOnFilter: true,
  },
  {
    name: 'fallback that refuses prefill',
    first: (asked) => half(asked, 'fin'),
    refusesPrefill: true,
  },
  {
    name: 'flapping primary',
    first: (asked, nth) => (nth % 2 === 0 ? refusal(asked.format, 502, 'bad') : sound(asked)),
    requests: 10,
  },
  {
    name: 'accounting after fail-over',
    first: (asked) => refusal(asked.format, 500, 'oops'),
  },
]
