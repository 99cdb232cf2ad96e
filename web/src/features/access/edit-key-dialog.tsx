/** Changes a key; its secret stays as it is. */
import { Trans, useLingui } from '@lingui/react/macro'
import { useMutation, useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import type { Versioned } from '@/api/client.ts'
import { changeKey, type Key, keyQuery } from '@/api/keys.ts'
import { useKeptDraft } from '@/lib/kept-draft.ts'
import { Button } from '@/ui/button.tsx'
import { Conflict } from '@/ui/overlay/conflict.tsx'
import { Dialog } from '@/ui/overlay/dialog.tsx'
import { showToast } from '@/ui/overlay/toast.tsx'
import { FormError, Loaded } from '@/ui/states.tsx'
import { KeyFields, keyChange, keyDraft, keyValues } from './key-form.tsx'

interface EditKeyProps {
  item: Pick<Key, 'id' | 'name'>
  onClose: () => void
}

export function EditKeyDialog({ item: { id, name }, onClose }: EditKeyProps) {
  const { t } = useLingui()
  const query = useQuery(keyQuery(id))
  return (
    <Dialog
      open
      onClose={onClose}
      title={t`Edit "${name}"`}
      footer={
        <>
          <Button onClick={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button
            type="submit"
            form="edit-key"
            variant="primary"
            disabled={query.data === undefined}
          >
            <Trans>Save</Trans>
          </Button>
        </>
      }
    >
      <Loaded query={query}>{(latest) => <EditKeyForm latest={latest} onClose={onClose} />}</Loaded>
    </Dialog>
  )
}

function EditKeyForm({ latest, onClose }: { latest: Versioned<Key>; onClose: () => void }) {
  const { t } = useLingui()
  const [base, setBase] = useState(latest)
  const [draft, setDraft] = useKeptDraft(`key ${latest.etag}`, () => keyDraft(latest.value))
  const saving = useMutation({
    mutationFn: () =>
      changeKey(base.value.id, base.etag, keyChange(keyDraft(base.value), draft) ?? {}),
    onSuccess: ({ name }) => showToast(t`"${name}" was changed`),
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (keyChange(keyDraft(base.value), draft) !== undefined && !saving.isPending)
      saving.mutate(undefined, { onSuccess: onClose })
  }
  const rebase = () => {
    setBase(latest)
    saving.reset()
  }
  return (
    <form id="edit-key" onSubmit={submit} className="flex flex-col gap-4">
      <KeyFields draft={draft} onChange={setDraft} error={saving.error} />
      <Conflict
        error={saving.error}
        before={keyValues(keyDraft(base.value))}
        after={keyValues(keyDraft(latest.value))}
        onKeepMine={rebase}
        onTakeTheirs={() => {
          rebase()
          setDraft(keyDraft(latest.value))
        }}
      />
      <FormError error={saving.error} />
    </form>
  )
}
