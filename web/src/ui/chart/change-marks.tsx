/** Marks over a chart where a key, an upstream or a model was changed; each leads to its rows of the audit log. */
import { useLingui } from '@lingui/react/macro'
import { Link } from '@tanstack/react-router'
import { formatTime } from '@/lib/format.ts'
import { Tooltip } from '../overlay/tooltip.tsx'
import { type Change, groupMarks, type Mark, type TimeScale } from './mark-groups.ts'

/** The first ones of a group are named, the others counted. */
const NAMED = 4

export function ChangeMarks({ changes, scale }: { changes: readonly Change[]; scale: TimeScale }) {
  const { t } = useLingui()
  return (
    <ul aria-label={t`Changes`}>
      {groupMarks(changes, scale).map((mark) => (
        <li
          key={mark.from}
          style={{ left: mark.left }}
          className="absolute top-5 h-5 w-5 -translate-x-1/2"
        >
          <MarkLink mark={mark} />
        </li>
      ))}
    </ul>
  )
}

function MarkLink({ mark: { from, until, texts } }: { mark: Mark }) {
  const more = texts.length - NAMED
  const what = texts.slice(0, NAMED).join(', ') + (more > 0 ? ` +${more}` : '')
  const label = `${formatTime(from, 'moment')} · ${what}`
  return (
    <Tooltip text={label}>
      <Link
        to="/audit"
        search={{ from, until }}
        aria-label={label}
        className="flex size-full items-center justify-center"
      >
        <ChangeSign />
      </Link>
    </Tooltip>
  )
}

export function ChangeSign() {
  return <span aria-hidden="true" className="size-2 shrink-0 rotate-45 bg-soft" />
}
