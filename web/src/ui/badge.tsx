/** A state in a word, with a shape as well as a colour. */
import type { ReactNode } from 'react'
import { classNames } from './class-names.ts'
import type { Icon } from './icon.tsx'
import {
  BanIcon,
  CircleAlertIcon,
  CircleCheckIcon,
  ClockIcon,
  InfoIcon,
  TriangleAlertIcon,
} from './icons.ts'

export type Tone = 'ok' | 'warn' | 'bad' | 'info' | 'off' | 'wait'

const TONES: Record<Tone, readonly [className: string, icon: Icon]> = {
  ok: ['bg-ok-soft text-ok', CircleCheckIcon],
  warn: ['bg-warn-soft text-warn', TriangleAlertIcon],
  bad: ['bg-bad-soft text-bad', CircleAlertIcon],
  info: ['bg-info-soft text-info', InfoIcon],
  wait: ['bg-warn-soft text-warn', ClockIcon],
  off: ['bg-sunken text-soft', BanIcon],
}

export function Badge({ tone, children }: { tone: Tone; children: ReactNode }) {
  const [colours, Shape] = TONES[tone]
  return (
    <span
      className={classNames(
        'inline-flex items-center gap-1 rounded-full px-2 py-0.5 text-xs leading-4 font-medium whitespace-nowrap',
        colours,
      )}
    >
      <Shape className="size-3" />
      {children}
    </span>
  )
}
