/** Creates a key, shows it once, and helps to use it. */
import { Trans, useLingui } from '@lingui/react/macro'
import { useMutation, useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { wasRefused } from '@/api/errors.ts'
import { keyCreation, type NewKey } from '@/api/keys.ts'
import { useIdentity, useMay } from '@/api/session.ts'
import { userChoicesQuery } from '@/api/users.ts'
import { useKeptDraft } from '@/lib/kept-draft.ts'
import { Button } from '@/ui/button.tsx'
import { Dialog } from '@/ui/overlay/dialog.tsx'
import { FormError } from '@/ui/states.tsx'
import { emptyKey, KeyFields, keyValues } from './key-form.tsx'
import { KeyReady } from './key-ready.tsx'
import { UserPicker } from './user-picker.tsx'

interface Owner {
  id: number
  username: string
}

interface NewKeyProps {
  /** Whose key it becomes; without it, the admin chooses. */
  owner?: Owner
  onClose: () => void
}

export function NewKeyDialog({ owner: fixed, onClose }: NewKeyProps) {
  const { t } = useLingui()
  const { user_id, username } = useIdentity()
  const { administer } = useMay()
  // Kept with the draft: after a reload, the key must not become someone else's.
  const [chosen, setOwner] = useKeptDraft<Owner>('owner of the new key', () => ({
    id: user_id,
    username,
  }))
  const owner = fixed ?? chosen
  const [draft, setDraft] = useKeptDraft('new key', () => emptyKey)
  const [create, setCreate] = useState(keyCreation)
  const creation = useMutation({
    mutationFn: (body: NewKey) => create(body),
    // The dialog stays open, and a reload must not offer the same key again.
    onSuccess: () => setDraft(emptyKey),
    // A lost reply is asked for again under the same name; a corrected form is another creation.
    onError: (error) => wasRefused(error) && setCreate(keyCreation),
  })
  // One look ahead, so that the picker has something to offer when it is opened.
  useQuery({ ...userChoicesQuery(''), enabled: administer && fixed === undefined })
  if (creation.data)
    return (
      <Dialog
        open
        size="large"
        onClose={onClose}
        title={t`"${creation.data.name}" for ${creation.data.username}`}
      >
        <KeyReady created={creation.data} />
      </Dialog>
    )
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const values = keyValues(draft)
    if (values !== undefined && !creation.isPending)
      creation.mutate({ ...values, user_id: owner.id })
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title={fixed ? t`Create a key for ${fixed.username}` : t`Create a key`}
      footer={
        <>
          <Button onClick={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button type="submit" form="new-key" variant="primary" busy={creation.isPending}>
            <Trans>Create key</Trans>
          </Button>
        </>
      }
    >
      <form id="new-key" onSubmit={submit} className="flex flex-col gap-4">
        {administer && fixed === undefined && <UserPicker value={owner} onChange={setOwner} />}
        <KeyFields draft={draft} onChange={setDraft} error={creation.error} />
        <FormError error={creation.error} />
      </form>
    </Dialog>
  )
}
