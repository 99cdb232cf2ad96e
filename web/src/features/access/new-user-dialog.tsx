/** Adds a user. */
import { Trans, useLingui } from '@lingui/react/macro'
import { useMutation } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { wasRefused } from '@/api/errors.ts'
import { type NewUser, userCreation } from '@/api/users.ts'
import { useKeptDraft } from '@/lib/kept-draft.ts'
import { Button } from '@/ui/button.tsx'
import { Dialog } from '@/ui/overlay/dialog.tsx'
import { showToast } from '@/ui/overlay/toast.tsx'
import { FormError } from '@/ui/states.tsx'
import { emptyUser, UserFields, userValues } from './user-form.tsx'

export function NewUserDialog({ onClose }: { onClose: () => void }) {
  const { t } = useLingui()
  const navigate = useNavigate()
  const [draft, setDraft] = useKeptDraft('new user', () => emptyUser)
  const [create, setCreate] = useState(userCreation)
  const creation = useMutation({
    mutationFn: (body: NewUser) => create(body),
    onSuccess: ({ username }) => showToast(t`${username} was added`),
    // Refused: the corrected form is another creation. A lost reply is not: it is asked for again.
    onError: (error) => wasRefused(error) && setCreate(userCreation),
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const values = userValues(draft)
    if (values === undefined || creation.isPending) return
    creation.mutate(
      { ...values, username: draft.username.trim() },
      {
        // Not after the dialog was closed: the person may be on another page by then.
        onSuccess: ({ id }) =>
          void navigate({ to: '/users/$userId', params: { userId: String(id) } }),
      },
    )
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title={t`Add a user`}
      footer={
        <>
          <Button onClick={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button type="submit" form="new-user" variant="primary" busy={creation.isPending}>
            <Trans>Add user</Trans>
          </Button>
        </>
      }
    >
      <form id="new-user" onSubmit={submit} className="flex flex-col gap-4">
        <UserFields draft={draft} onChange={setDraft} error={creation.error} />
        <FormError error={creation.error} />
      </form>
    </Dialog>
  )
}
