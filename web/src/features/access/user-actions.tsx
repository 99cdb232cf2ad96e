/** What an admin may do about a user. */
import { Trans, useLingui } from '@lingui/react/macro'
import { useMutation } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { Versioned } from '@/api/client.ts'
import { errorText } from '@/api/error-text.ts'
import { useMay } from '@/api/session.ts'
import {
  changeUser,
  removeUser,
  resetQuota,
  setupLink,
  signOutEverywhere,
  type User,
} from '@/api/users.ts'
import { Button, IconButton } from '@/ui/button.tsx'
import { EllipsisIcon, PencilIcon } from '@/ui/icons.ts'
import { Confirm } from '@/ui/overlay/confirm.tsx'
import { Menu, MenuItem, MenuSeparator } from '@/ui/overlay/menu.tsx'
import { showToast } from '@/ui/overlay/toast.tsx'
import { EditUserDialog } from './edit-user-dialog.tsx'
import { InviteDialog } from './invite-dialog.tsx'

type Open = 'edit' | 'remove' | 'reset' | 'invite' | null

export function UserActions({ user: { value: user, etag } }: { user: Versioned<User> }) {
  const { t } = useLingui()
  const { administer } = useMay()
  const [open, setOpen] = useState<Open>(null)
  const navigate = useNavigate()
  const close = () => setOpen(null)
  const act = useMutation({
    mutationFn: ({ run }: { run: () => Promise<unknown>; done: string }) => run(),
    onSuccess: (_, { done }) => showToast(done),
    onError: (error) => showToast(errorText(error), { tone: 'bad' }),
  })
  if (!administer) return null
  const setStatus = (status: User['status'], done: string) =>
    act.mutate({ run: () => changeUser(user.id, etag, { status }), done })
  return (
    <>
      <Button onClick={() => setOpen('edit')}>
        <PencilIcon className="size-3.5" /> <Trans>Edit</Trans>
      </Button>
      <Menu
        trigger={
          <IconButton label={t`More for ${user.username}`} variant="default">
            <EllipsisIcon />
          </IconButton>
        }
      >
        <MenuItem onSelect={() => setOpen('invite')}>
          <Trans>Link to set a password …</Trans>
        </MenuItem>
        <MenuItem
          onSelect={() =>
            act.mutate({
              run: () => signOutEverywhere(user.id),
              done: t`${user.username} is signed out everywhere`,
            })
          }
        >
          <Trans>Sign out everywhere</Trans>
        </MenuItem>
        <MenuItem onSelect={() => setOpen('reset')}>
          <Trans>Reset this month's usage …</Trans>
        </MenuItem>
        <MenuSeparator />
        {user.status === 'active' ? (
          <MenuItem onSelect={() => setStatus('disabled', t`${user.username} is disabled`)}>
            <Trans>Disable</Trans>
          </MenuItem>
        ) : (
          <MenuItem onSelect={() => setStatus('active', t`${user.username} is active again`)}>
            <Trans>Enable</Trans>
          </MenuItem>
        )}
        <MenuItem danger onSelect={() => setOpen('remove')}>
          <Trans>Remove …</Trans>
        </MenuItem>
      </Menu>
      {open === 'edit' && <EditUserDialog user={user} etag={etag} onClose={close} />}
      {open === 'invite' && (
        <InviteDialog user={user} load={() => setupLink(user.id)} onClose={close} />
      )}
      {open === 'reset' && (
        <Confirm
          title={t`Reset this month's usage of ${user.username}?`}
          action={t`Reset to 0`}
          run={() => resetQuota(user.id)}
          onClose={close}
        >
          <Trans>
            Tokens used this month no longer count against the quota. Usage records are kept.
          </Trans>
        </Confirm>
      )}
      {open === 'remove' && (
        <Confirm
          title={t`Remove ${user.username}?`}
          action={t`Remove ${user.username}`}
          run={async () => {
            await removeUser(user.id)
            showToast(t`${user.username} was removed`)
            await navigate({ to: '/users' })
          }}
          onClose={close}
        >
          <Trans>
            All keys of {user.username} stop working within a second. Past usage keeps the name.
          </Trans>
        </Confirm>
      )}
    </>
  )
}
