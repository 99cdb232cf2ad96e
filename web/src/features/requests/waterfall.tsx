/** The time of a request as bars beneath each other: what it waited for, each attempt, the first token, the end. */
import { useLingui } from '@lingui/react/macro'
import type { RequestDetail } from '@/api/requests.ts'
import { formatCost, formatDuration } from '@/lib/format.ts'
import { classNames } from '@/ui/class-names.ts'
import { useFailureText } from '@/ui/words/failure-text.ts'

interface Bar {
  name: string
  detail?: string | undefined
  /** The gateway's own words, on hover. */
  title?: string | undefined
  fromMs: number
  untilMs: number
  colour: string
}

export function Waterfall({ request }: { request: RequestDetail }) {
  const bars = useBars(request)
  const endMs = Math.max(
    Number.MIN_VALUE,
    request.timeline.end_ms,
    ...bars.map(({ untilMs }) => untilMs),
  )
  return (
    <ol className="flex flex-col gap-1.5">
      {bars.map(({ name, detail, title, fromMs, untilMs, colour }) => (
        <li
          key={`${name} ${fromMs}`}
          className="grid grid-cols-[1fr_auto] items-center gap-x-3 gap-y-1 sm:grid-cols-[10rem_1fr_4.5rem]"
        >
          <span className="min-w-0">
            <span className="block truncate" title={name}>
              {name}
            </span>
            {detail && (
              <span className="block text-xs text-faint" title={title}>
                {detail}
              </span>
            )}
          </span>
          <span
            aria-hidden="true"
            className="relative order-3 col-span-2 h-3 rounded bg-sunken forced-color-adjust-none sm:order-none sm:col-span-1"
          >
            <span
              className={classNames('absolute inset-y-0 min-w-0.5 rounded', colour)}
              style={{
                left: `${(fromMs / endMs) * 100}%`,
                width: `${((untilMs - fromMs) / endMs) * 100}%`,
              }}
            />
          </span>
          <span className="text-right whitespace-nowrap">{formatDuration(untilMs - fromMs)}</span>
        </li>
      ))}
    </ol>
  )
}

function useBars({ timeline, tries, stream }: RequestDetail): Bar[] {
  const { t } = useLingui()
  const failureText = useFailureText()
  const waitNames = { limits: t`Limits`, quota: t`Quota`, queue: t`Queue` }
  const { sent_ms: sentMs, waits } = timeline
  const bars: Bar[] = []
  if (sentMs !== null)
    bars.push({
      name: t`Until it was sent`,
      detail: waits.length === 0 ? t`no wait for limits, quota or queue` : undefined,
      fromMs: 0,
      untilMs: sentMs,
      colour: 'bg-info',
    })
  for (const { kind, started_ms, duration_ms } of waits)
    bars.push({
      name: waitNames[kind],
      detail: t`waited`,
      fromMs: started_ms,
      untilMs: started_ms + duration_ms,
      colour: 'bg-warn',
    })
  for (const { upstream, started_ms, duration_ms, status, failure, cost_usd } of tries) {
    const fromMs = started_ms ?? sentMs ?? 0
    bars.push({
      name: upstream,
      detail: [status, failure && failureText(failure), cost_usd && formatCost(cost_usd)]
        .filter(Boolean)
        .join(' · '),
      title: failure ?? undefined,
      fromMs,
      untilMs: fromMs + (duration_ms ?? 0),
      colour: failure ? 'bg-bad' : 'bg-accent',
    })
  }
  if (stream && timeline.first_token_ms !== null)
    bars.push({
      name: t`Time to first token`,
      fromMs: 0,
      untilMs: timeline.first_token_ms,
      colour: 'bg-line-strong',
    })
  bars.push({ name: t`Total`, fromMs: 0, untilMs: timeline.end_ms, colour: 'bg-line-strong' })
  return bars
}
