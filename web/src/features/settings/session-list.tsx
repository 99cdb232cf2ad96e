/** Where one is signed in, and ending it. */
import { Trans, useLingui } from '@lingui/react/macro'
import { useMutation, useQuery } from '@tanstack/react-query'
import { errorText } from '@/api/error-text.ts'
import { endSession, sessionsQuery } from '@/api/settings.ts'
import { Badge } from '@/ui/badge.tsx'
import { Button } from '@/ui/button.tsx'
import { showToast } from '@/ui/overlay/toast.tsx'
import { Loaded } from '@/ui/states.tsx'
import { TimeAgo } from '@/ui/time.tsx'

export function SessionList() {
  const { t } = useLingui()
  const query = useQuery(sessionsQuery)
  const ending = useMutation({
    mutationFn: endSession,
    onSuccess: () => showToast(t`The session has ended`),
    onError: (error) => showToast(errorText(error), { tone: 'bad' }),
  })
  return (
    <Loaded query={query}>
      {({ items }) => (
        <ul className="divide-y">
          {items.map((session) => (
            <li
              key={session.id}
              className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2.5"
            >
              <div className="min-w-0 grow">
                <p className="font-medium">
                  {browserName(session.user_agent)} · {session.address}{' '}
                  {session.current && (
                    <Badge tone="info">
                      <Trans>this one</Trans>
                    </Badge>
                  )}
                </p>
                <p className="text-xs text-faint">
                  <Trans>
                    last seen <TimeAgo at={session.last_seen_at} />
                  </Trans>
                </p>
              </div>
              {!session.current && (
                <Button
                  size="small"
                  busy={ending.isPending && ending.variables === session.id}
                  onClick={() => ending.mutate(session.id)}
                  aria-label={t`End the session from ${session.address}`}
                >
                  <Trans>End</Trans>
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
    </Loaded>
  )
}

const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/Edg\//, 'Edge'],
  [/Firefox\//, 'Firefox'],
  [/Chrome\//, 'Chrome'],
  [/Safari\//, 'Safari'],
]

function browserName(agent: string): string {
  return BROWSERS.find(([pattern]) => pattern.test(agent))?.[1] ?? (agent.slice(0, 40) || '–')
}
