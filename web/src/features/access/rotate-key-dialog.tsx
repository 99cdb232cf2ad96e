/** Replaces a key by a new one; the old one goes on working for a while. */
import { Trans, useLingui } from '@lingui/react/macro'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { type Key, keyRotation } from '@/api/keys.ts'
import { Button } from '@/ui/button.tsx'
import { Field, Select } from '@/ui/field.tsx'
import { Dialog } from '@/ui/overlay/dialog.tsx'
import { FormError } from '@/ui/states.tsx'
import { KeyReady } from './key-ready.tsx'

const HOUR = 3600
const DAY = 24 * HOUR

export function RotateKeyDialog({ item, onClose }: { item: Key; onClose: () => void }) {
  const { t } = useLingui()
  const [rotate] = useState(() => keyRotation(item.id))
  const [grace, setGrace] = useState(DAY)
  const rotation = useMutation({ mutationFn: () => rotate(grace) })
  if (rotation.data)
    return (
      <Dialog open size="large" onClose={onClose} title={t`The new "${item.name}"`}>
        <KeyReady created={rotation.data} />
      </Dialog>
    )
  return (
    <Dialog
      open
      size="small"
      onClose={onClose}
      title={t`Rotate "${item.name}" of ${item.username}?`}
      footer={
        <>
          <Button onClick={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button variant="primary" busy={rotation.isPending} onClick={() => rotation.mutate()}>
            <Trans>Create the new key</Trans>
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <p>
          <Trans>
            The new key has the same permissions. The old one keeps working for the time you choose,
            so that nothing breaks.
          </Trans>
        </p>
        <Field label={t`Keep the old key valid for`}>
          <Select value={grace} onChange={(event) => setGrace(Number(event.target.value))}>
            <option value={0}>{t`not at all`}</option>
            <option value={HOUR}>{t`1 hour`}</option>
            <option value={DAY}>{t`1 day`}</option>
            <option value={7 * DAY}>{t`1 week`}</option>
            <option value={30 * DAY}>{t`30 days`}</option>
          </Select>
        </Field>
        <FormError error={rotation.error} />
      </div>
    </Dialog>
  )
}
