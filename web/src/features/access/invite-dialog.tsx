/** A one-time link with which someone sets a password, to be handed over. */
import { Trans, useLingui } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import type { User } from '@/api/users.ts'
import { CodeBlock } from '@/ui/copy.tsx'
import { Dialog } from '@/ui/overlay/dialog.tsx'
import { Failed, Skeleton } from '@/ui/states.tsx'
import { Countdown } from '@/ui/time.tsx'

interface InviteProps {
  user: User
  load: () => Promise<{ url: string; expires_at: string }>
  onClose: () => void
}

export function InviteDialog({ user, load, onClose }: InviteProps) {
  const { t } = useLingui()
  const link = useQuery({
    queryKey: ['setup-link', user.id],
    queryFn: load,
    // Each fetch makes a new link: one per opening.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    refetchOnWindowFocus: false,
    retry: false,
  })
  return (
    <Dialog open onClose={onClose} title={t`A link for ${user.username}`}>
      {link.error ? (
        <Failed error={link.error} />
      ) : (
        <div className="flex flex-col gap-3">
          <p>
            <Trans>
              The first person to open it sets the password of {user.username}. Send it in a way
              that only they can read.
            </Trans>
          </p>
          {link.data ? (
            <>
              <CodeBlock text={link.data.url} label={t`Link`} />
              <p className="text-soft">
                <Trans>
                  It works once and expires in <Countdown until={link.data.expires_at} />.
                </Trans>
              </p>
            </>
          ) : (
            <Skeleton className="h-11 w-full" />
          )}
        </div>
      )}
    </Dialog>
  )
}
