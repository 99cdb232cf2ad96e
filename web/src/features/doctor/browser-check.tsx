/** Whether events arrive one by one in this browser, through everything between it and the gateway. */
import { Trans, useLingui } from '@lingui/react/macro'
import { useMutation } from '@tanstack/react-query'
import { checkStreaming, type StreamingResult } from '@/api/doctor.ts'
import { errorText } from '@/api/error-text.ts'
import { formatDuration } from '@/lib/format.ts'
import { Badge } from '@/ui/badge.tsx'
import { Button } from '@/ui/button.tsx'
import { Panel } from '@/ui/page.tsx'

/** Events of the quiet stream are a second apart or more; handed over together they are not. */
const TOGETHER_MS = 200

export function BrowserCheck() {
  const { t } = useLingui()
  const check = useMutation({ mutationFn: checkStreaming })
  return (
    <Panel
      title={t`Streaming to this browser`}
      hint={t`Through every proxy in between.`}
      actions={
        <Button size="small" busy={check.isPending} onClick={() => check.mutate()}>
          {check.isPending ? <Trans>Listening …</Trans> : <Trans>Test streaming</Trans>}
        </Button>
      }
    >
      <div aria-live="polite">
        {check.data && <Result of={check.data} />}
        {check.error && <p className="text-bad">{errorText(check.error)}</p>}
        {check.isIdle && (
          <p className="text-soft">
            <Trans>Listens for six seconds whether events arrive one by one or all at once.</Trans>
          </p>
        )}
        {check.isPending && (
          <p className="text-soft">
            <Trans>Listening …</Trans>
          </p>
        )}
      </div>
    </Panel>
  )
}

function Result({ of: { events, spreadMs } }: { of: StreamingResult }) {
  if (events < 2)
    return (
      <p className="flex flex-wrap items-center gap-2">
        <Badge tone="bad">
          <Trans>buffered</Trans>
        </Badge>
        <Trans>
          No events arrived in time. A proxy between this browser and the gateway buffers them: turn
          off its buffering for this address (nginx: proxy_buffering off).
        </Trans>
      </p>
    )
  if (spreadMs < TOGETHER_MS)
    return (
      <p className="flex flex-wrap items-center gap-2">
        <Badge tone="warn">
          <Trans>all at once</Trans>
        </Badge>
        <Trans>
          {events} events arrived within {formatDuration(spreadMs)}. A proxy in between buffers
          them: turn off its buffering.
        </Trans>
      </p>
    )
  return (
    <p className="flex flex-wrap items-center gap-2">
      <Badge tone="ok">
        <Trans>one by one</Trans>
      </Badge>
      <Trans>
        {events} events arrived over {formatDuration(spreadMs)}.
      </Trans>
    </p>
  )
}
