/** What may be done with an upstream. */
import { Trans, useLingui } from '@lingui/react/macro'
import { useMutation } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { errorText } from '@/api/error-text.ts'
import { useMay } from '@/api/session.ts'
import { type Upstream, upstreamActions } from '@/api/upstreams.ts'
import { Button, IconButton } from '@/ui/button.tsx'
import { EllipsisIcon } from '@/ui/icons.ts'
import { Confirm } from '@/ui/overlay/confirm.tsx'
import { Menu, MenuItem, MenuSeparator } from '@/ui/overlay/menu.tsx'
import { showToast } from '@/ui/overlay/toast.tsx'
import { CopySettingsDialog } from './copy-settings-dialog.tsx'
import { UpstreamDialog } from './upstream-dialog.tsx'
import { useUpstreamTest } from './use-upstream-test.ts'

type Open = 'edit' | 'copy' | 'remove' | null

export function UpstreamActions({ item }: { item: Upstream }) {
  const { t } = useLingui()
  const navigate = useNavigate()
  const { administer } = useMay()
  const [open, setOpen] = useState<Open>(null)
  const close = () => setOpen(null)
  const act = useMutation({
    mutationFn: ({ run }: { run: (id: number) => Promise<unknown>; done: string }) => run(item.id),
    onSuccess: (_, { done }) => showToast(done),
    onError: (error) => showToast(errorText(error), { tone: 'bad' }),
  })
  const test = useUpstreamTest()
  const off = item.state === 'disabled' || item.state === 'draining'
  return (
    <div className="inline-flex items-center gap-1">
      {administer && (
        <Button
          size="small"
          busy={test.isPending}
          onClick={() => test.mutate(item)}
          aria-label={t`Test ${item.name}`}
        >
          {test.isPending ? <Trans>Testing …</Trans> : <Trans>Test</Trans>}
        </Button>
      )}
      <Menu
        trigger={
          <IconButton label={t`Actions for ${item.name}`} size="small">
            <EllipsisIcon />
          </IconButton>
        }
      >
        <MenuItem
          onSelect={() => void navigate({ to: '/requests', search: { upstream: item.name } })}
        >
          <Trans>View requests</Trans>
        </MenuItem>
        {administer && (
          <>
            <MenuSeparator />
            <MenuItem onSelect={() => setOpen('edit')}>
              <Trans>Edit …</Trans>
            </MenuItem>
            <MenuItem onSelect={() => setOpen('copy')}>
              <Trans>Copy settings to others …</Trans>
            </MenuItem>
            <MenuItem
              onSelect={() =>
                act.mutate({
                  run: upstreamActions.reset,
                  done: t`${item.name} counts as healthy again`,
                })
              }
            >
              <Trans>Reset health</Trans>
            </MenuItem>
            <MenuSeparator />
            {off ? (
              <MenuItem
                onSelect={() =>
                  act.mutate({
                    run: upstreamActions.enable,
                    done: t`${item.name} is enabled again`,
                  })
                }
              >
                <Trans>Enable</Trans>
              </MenuItem>
            ) : (
              <MenuItem
                onSelect={() =>
                  act.mutate({
                    run: upstreamActions.drain,
                    done: t`${item.name} gets no new requests`,
                  })
                }
              >
                <Trans>Drain and turn off: running requests finish</Trans>
              </MenuItem>
            )}
            <MenuItem danger onSelect={() => setOpen('remove')}>
              <Trans>Remove …</Trans>
            </MenuItem>
          </>
        )}
      </Menu>
      {open === 'edit' && <UpstreamDialog id={item.id} onClose={close} />}
      {open === 'copy' && <CopySettingsDialog from={item} onClose={close} />}
      {open === 'remove' && (
        <Confirm
          title={t`Remove ${item.name}?`}
          action={t`Remove ${item.name}`}
          run={async () => {
            await upstreamActions.remove(item.id)
            showToast(t`${item.name} was removed`)
          }}
          onClose={close}
        >
          <Trans>The stored key is deleted. Past usage keeps the name.</Trans>
        </Confirm>
      )}
    </div>
  )
}
