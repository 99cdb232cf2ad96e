/** Sends a test with a new key, or waits until its first request from elsewhere is answered. */
import { Trans, useLingui } from '@lingui/react/macro'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { errorText } from '@/api/error-text.ts'
import { ApiError } from '@/api/errors.ts'
import { useLiveEvents } from '@/api/live/events.ts'
import { sendTest } from '@/api/model-calls.ts'
import { formatDuration } from '@/lib/format.ts'
import { Button } from '@/ui/button.tsx'
import { CircleAlertIcon, CircleCheckIcon, SendIcon } from '@/ui/icons.ts'

interface KeyTestProps {
  keyId: number
  secret: string
  model: string
}

export function KeyTest({ keyId, secret, model }: KeyTestProps) {
  const { t } = useLingui()
  const [seen, setSeen] = useState<{ status: number; duration_ms: number } | null>(null)
  useLiveEvents({ request: (request) => request.key_id === keyId && setSeen(request) })
  const test = useMutation({ mutationFn: () => sendTest(secret, model) })
  return (
    <section
      className="flex flex-wrap items-center gap-3 rounded-md border px-3 py-2.5"
      aria-live="polite"
    >
      <Button busy={test.isPending} onClick={() => test.mutate()}>
        <SendIcon className="size-3.5" />{' '}
        {test.isPending ? t`Waiting for the answer …` : t`Send a test`}
      </Button>
      {test.isIdle && (
        <span className="text-soft">
          <Trans>Sends a short test message to {model} with this key.</Trans>
        </span>
      )}
      {test.isIdle && <FromElsewhere seen={seen} />}
      {test.isSuccess && (
        <span className="flex items-center gap-1.5 text-ok">
          <CircleCheckIcon /> <Trans>It works: answered in {formatDuration(test.data)}.</Trans>
        </span>
      )}
      {test.isError && (
        <span className="flex min-w-0 items-start gap-1.5 text-bad">
          <CircleAlertIcon className="mt-0.5" /> <Problem error={test.error} />
        </span>
      )}
    </section>
  )
}

/** What a program that already uses the key has come to. */
function FromElsewhere({ seen }: { seen: { status: number; duration_ms: number } | null }) {
  if (seen === null)
    return (
      <span className="w-full text-xs text-faint">
        <Trans>Or run a snippet: its first request appears here.</Trans>
      </span>
    )
  if (seen.status === 200)
    return (
      <span className="flex w-full items-center gap-1.5 text-ok">
        <CircleCheckIcon />{' '}
        <Trans>A request with this key was answered in {formatDuration(seen.duration_ms)}.</Trans>
      </span>
    )
  return (
    <span className="flex w-full items-center gap-1.5 text-bad">
      <CircleAlertIcon />{' '}
      <Trans>A request with this key has arrived and was answered with status {seen.status}.</Trans>
    </span>
  )
}

function Problem({ error }: { error: Error }) {
  // A console on a listener of its own has no model routes next to it.
  if (error instanceof ApiError && error.status === 404 && error.code !== 'model_not_found')
    return (
      <Trans>
        This address serves only the console. Use a snippet below: it has the public address.
      </Trans>
    )
  return errorText(error)
}
