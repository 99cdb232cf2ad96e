/** Changes a user. The draft survives refreshes; a change by someone else is shown, not overwritten. */
import { Trans, useLingui } from '@lingui/react/macro'
import { useMutation, useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { changeUser, type User, userQuery } from '@/api/users.ts'
import { useKeptDraft } from '@/lib/kept-draft.ts'
import { Button } from '@/ui/button.tsx'
import { Conflict } from '@/ui/overlay/conflict.tsx'
import { Dialog } from '@/ui/overlay/dialog.tsx'
import { showToast } from '@/ui/overlay/toast.tsx'
import { FormError } from '@/ui/states.tsx'
import { UserFields, userChange, userDraft, userValues } from './user-form.tsx'

export function EditUserDialog({
  user,
  etag,
  onClose,
}: {
  user: User
  etag: string
  onClose: () => void
}) {
  const { t } = useLingui()
  // What the form was opened with; later fetches don't touch it.
  const [base, setBase] = useState({ user, etag })
  const [draft, setDraft] = useKeptDraft(`user ${etag}`, () => userDraft(user))
  const latest = useQuery(userQuery(user.id)).data
  const saving = useMutation({
    mutationFn: () => changeUser(user.id, base.etag, userChange(base.user, draft) ?? {}),
    onSuccess: () => showToast(t`${user.username} was changed`),
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (userValues(draft) !== undefined && !saving.isPending)
      saving.mutate(undefined, { onSuccess: onClose })
  }
  const takeTheirs = () => {
    if (latest === undefined) return
    setBase({ user: latest.value, etag: latest.etag })
    setDraft(userDraft(latest.value))
    saving.reset()
  }
  const keepMine = () => {
    if (latest === undefined) return
    setBase({ user: latest.value, etag: latest.etag })
    saving.reset()
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title={t`Edit ${user.username}`}
      footer={
        <>
          <Button onClick={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button type="submit" form="edit-user" variant="primary" busy={saving.isPending}>
            <Trans>Save</Trans>
          </Button>
        </>
      }
    >
      <form id="edit-user" onSubmit={submit} className="flex flex-col gap-4">
        <UserFields draft={draft} onChange={setDraft} error={saving.error} fixedName />
        <Conflict
          error={saving.error}
          before={userValues(userDraft(base.user))}
          after={latest && userValues(userDraft(latest.value))}
          onTakeTheirs={takeTheirs}
          onKeepMine={keepMine}
        />
        <FormError error={saving.error} />
      </form>
    </Dialog>
  )
}
