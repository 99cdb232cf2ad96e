/** What may be done with a key. */
import { Trans, useLingui } from '@lingui/react/macro'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { type Key, revokeKey } from '@/api/keys.ts'
import { useIdentity, useMay } from '@/api/session.ts'
import { IconButton } from '@/ui/button.tsx'
import { EllipsisIcon } from '@/ui/icons.ts'
import { Confirm } from '@/ui/overlay/confirm.tsx'
import { Menu, MenuItem, MenuSeparator } from '@/ui/overlay/menu.tsx'
import { showToast } from '@/ui/overlay/toast.tsx'
import { EditKeyDialog } from './edit-key-dialog.tsx'
import { RotateKeyDialog } from './rotate-key-dialog.tsx'

export function KeyActions({ item }: { item: Key }) {
  const { t } = useLingui()
  const navigate = useNavigate()
  const { user_id } = useIdentity()
  const { administer, tryModels } = useMay()
  const [open, setOpen] = useState<'edit' | 'rotate' | 'revoke' | null>(null)
  const close = () => setOpen(null)
  const own = item.user_id === user_id
  const usable = item.state === 'active' || item.state === 'retiring'
  const mayChange = (administer || own) && usable
  return (
    <>
      <Menu
        trigger={
          <IconButton label={t`Actions for ${item.name}`} size="small">
            <EllipsisIcon />
          </IconButton>
        }
      >
        <MenuItem onSelect={() => void navigate({ to: '/requests', search: { key: item.id } })}>
          <Trans>View requests</Trans>
        </MenuItem>
        {own && usable && tryModels && (
          <MenuItem onSelect={() => void navigate({ to: '/playground', search: { key: item.id } })}>
            <Trans>Try it in the playground</Trans>
          </MenuItem>
        )}
        {mayChange && (
          <>
            <MenuSeparator />
            <MenuItem onSelect={() => setOpen('edit')}>
              <Trans>Edit …</Trans>
            </MenuItem>
            <MenuItem onSelect={() => setOpen('rotate')}>
              <Trans>Rotate …</Trans>
            </MenuItem>
            <MenuItem danger onSelect={() => setOpen('revoke')}>
              <Trans>Revoke …</Trans>
            </MenuItem>
          </>
        )}
      </Menu>
      {open === 'edit' && <EditKeyDialog item={item} onClose={close} />}
      {open === 'rotate' && <RotateKeyDialog item={item} onClose={close} />}
      {open === 'revoke' && (
        <Confirm
          title={t`Revoke "${item.name}" of ${item.username}?`}
          action={t`Revoke "${item.name}"`}
          run={async () => {
            await revokeKey(item.id)
            showToast(t`"${item.name}" is revoked`)
          }}
          onClose={close}
        >
          <Trans>
            Programs that use it are refused within a second, permanently. To change a key without
            downtime, rotate it instead.
          </Trans>
        </Confirm>
      )}
    </>
  )
}
