/** The columns of the list of upstreams. */
import { Trans, useLingui } from '@lingui/react/macro'
import { useMemo } from 'react'
import type { Upstream } from '@/api/upstreams.ts'
import { serverNow } from '@/lib/clock.ts'
import { formatDuration, formatNumber, formatShare } from '@/lib/format.ts'
import type { Column } from '@/ui/table.tsx'
import { Countdown, useTick } from '@/ui/time.tsx'
import { OutcomeStrip } from './outcome-strip.tsx'
import { StateBadge } from './state-badge.tsx'
import { UpstreamActions } from './upstream-actions.tsx'

export function useUpstreamColumns(): Column<Upstream>[] {
  const { t } = useLingui()
  return useMemo<Column<Upstream>[]>(
    () => [
      { id: 'name', header: t`Name`, cell: (upstream) => <Name of={upstream} /> },
      { id: 'state', header: t`State`, cell: (upstream) => <State of={upstream} /> },
      {
        id: 'weight',
        header: t`Share`,
        align: 'end',
        cell: (upstream) => (
          <>
            {formatShare(upstream.share)}
            <div className="text-xs text-faint">
              <Trans>weight {upstream.weight}</Trans>
            </div>
          </>
        ),
      },
      {
        id: 'recent',
        header: t`Last 50 attempts`,
        cell: (upstream) => <Attempts of={upstream} />,
      },
      {
        id: 'first-token',
        header: t`Time to first token`,
        align: 'end',
        cell: (upstream) => (
          <>
            {formatDuration(upstream.day.first_token_p50_ms)}
            {upstream.day.first_token_p95_ms !== null && (
              <div className="text-xs text-faint">
                <Trans>p95 {formatDuration(upstream.day.first_token_p95_ms)}</Trans>
              </div>
            )}
          </>
        ),
      },
      {
        id: 'day',
        header: t`Requests, 24 hours`,
        align: 'end',
        cell: (upstream) => (
          <>
            {formatNumber(upstream.day.requests)}
            <div className="text-xs text-faint">
              <Trans>{formatNumber(upstream.day.errors)} failed</Trans>
            </div>
          </>
        ),
      },
      {
        id: 'actions',
        header: <span className="sr-only">{t`Actions`}</span>,
        align: 'end',
        className: 'bg-surface group-last:rounded-br-lg group-hover:bg-hover sm:sticky sm:right-0',
        cell: (upstream) => <UpstreamActions item={upstream} />,
      },
    ],
    [t],
  )
}

function Name({ of: { name, provider, key_hint } }: { of: Upstream }) {
  return (
    <div className="min-w-40">
      <span className="font-medium">{name}</span>
      <div className="text-xs text-faint">
        {provider} · <span className="font-mono">…{key_hint}</span>
      </div>
    </div>
  )
}

/** Of each attempt, also those of requests that another upstream then answered. */
function Attempts({ of: { recent, day } }: { of: Upstream }) {
  return (
    <>
      <OutcomeStrip outcomes={recent} />
      {day.attempts > 0 && (
        <div className="mt-1 text-xs whitespace-nowrap text-faint">
          <Trans>
            {formatNumber(day.failed_attempts)} of {formatNumber(day.attempts)} failed in 24 h
          </Trans>
        </div>
      )}
    </>
  )
}

const SHOWN_MODELS = 3

/** A model that it does not serve well now, although the key itself works. */
function ModelState({ of }: { of: Upstream['model_states'][number] }) {
  const { t } = useLingui()
  const names = {
    cooldown: t`cooling down`,
    degraded: t`failing`,
    limited: t`rate-limited`,
    missing: t`not available`,
  }
  return (
    <div className="mt-1 text-xs text-soft" title={of.last_error ?? undefined}>
      <span className="font-mono">{of.model}</span>{' '}
      <span className="font-medium whitespace-nowrap text-warn">
        {names[of.status]} <Countdown until={of.until} />
      </span>
      {of.last_error && <div>{of.last_error_hint ?? of.last_error}</div>}
    </div>
  )
}

function State({ of }: { of: Upstream }) {
  useTick(1000)
  const models = of.model_states.filter(({ until }) => Date.parse(until) > serverNow())
  const failing = models.filter(({ status }) => status !== 'limited')
  return (
    <div className="max-w-72 min-w-40 py-0.5">
      <StateBadge of={of} failing={failing.length} />
      {models.slice(0, SHOWN_MODELS).map((model) => (
        <ModelState key={model.model} of={model} />
      ))}
      {models.length > SHOWN_MODELS && (
        <div className="mt-0.5 text-xs text-faint">
          <Trans>and {models.length - SHOWN_MODELS} more models</Trans>
        </div>
      )}
      {of.last_error && of.state !== 'disabled' && models.length === 0 && (
        <div className="mt-0.5 text-xs text-soft" title={of.last_error}>
          {of.state === 'healthy' ? (
            <Trans>last error: {of.last_error_hint ?? of.last_error}</Trans>
          ) : (
            (of.last_error_hint ?? of.last_error)
          )}
        </div>
      )}
    </div>
  )
}
