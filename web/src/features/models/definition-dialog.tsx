/** Defines a model, or changes a definition. The draft survives refreshes; a change by someone else is shown first. */
import { Trans, useLingui } from '@lingui/react/macro'
import { useMutation, useQuery } from '@tanstack/react-query'
import { type FormEvent, type ReactNode, useState } from 'react'
import { once, type Versioned } from '@/api/client.ts'
import {
  changeDefinition,
  defineModel,
  definitionQuery,
  type NamedDefinition,
} from '@/api/models.ts'
import { useKeptDraft } from '@/lib/kept-draft.ts'
import { Button } from '@/ui/button.tsx'
import { Conflict } from '@/ui/overlay/conflict.tsx'
import { Dialog } from '@/ui/overlay/dialog.tsx'
import { showToast } from '@/ui/overlay/toast.tsx'
import { FormError, Loaded } from '@/ui/states.tsx'
import {
  type DefinitionDraft,
  definitionOf,
  draftOf,
  emptyDefinition,
  readParameters,
} from './definition-draft.ts'
import { DefinitionFields } from './definition-fields.tsx'

interface DefinitionDialogProps {
  /** The definition to change. */
  edit?: string | undefined
  /** A name to start with. */
  name?: string | undefined
  onClose: () => void
}

export function DefinitionDialog({ edit, name, onClose }: DefinitionDialogProps) {
  const { t } = useLingui()
  return (
    <Dialog
      open
      size="large"
      onClose={onClose}
      title={edit === undefined ? t`Define a model` : t`Edit ${edit}`}
      footer={
        <>
          <Button onClick={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button type="submit" form="definition" variant="primary">
            {edit === undefined ? <Trans>Define</Trans> : <Trans>Save</Trans>}
          </Button>
        </>
      }
    >
      {edit === undefined ? (
        <NewForm name={name} onClose={onClose} />
      ) : (
        <EditLoaded name={edit} onClose={onClose} />
      )}
    </Dialog>
  )
}

function NewForm({ name, onClose }: { name: string | undefined; onClose: () => void }) {
  const { t } = useLingui()
  const [draft, setDraft] = useKeptDraft('new model', () => emptyDefinition(name))
  const [define] = useState(() => once(defineModel))
  const creation = useMutation({
    mutationFn: () => define(draft.name.trim(), definitionOf(draft)),
    onSuccess: (made) => showToast(t`${made.name} was defined`),
  })
  return (
    <Form
      draft={draft}
      busy={creation.isPending}
      onSubmit={() => creation.mutate(undefined, { onSuccess: onClose })}
    >
      <DefinitionFields draft={draft} onChange={setDraft} error={creation.error} />
      <FormError error={creation.error} />
    </Form>
  )
}

function EditLoaded({ name, onClose }: { name: string; onClose: () => void }) {
  const query = useQuery(definitionQuery(name))
  return <Loaded query={query}>{(latest) => <EditForm latest={latest} onClose={onClose} />}</Loaded>
}

function EditForm(props: { latest: Versioned<NamedDefinition>; onClose: () => void }) {
  const { latest, onClose } = props
  const { t } = useLingui()
  const { name } = latest.value
  const [base, setBase] = useState(latest)
  const [draft, setDraft] = useKeptDraft(`model ${name} ${latest.etag}`, () =>
    draftOf(name, latest.value),
  )
  const saving = useMutation({
    mutationFn: () => changeDefinition(name, base.etag, definitionOf(draft)),
    onSuccess: () => showToast(t`${name} was changed`),
  })
  const rebase = () => {
    setBase(latest)
    saving.reset()
  }
  return (
    <Form
      draft={draft}
      busy={saving.isPending}
      onSubmit={() => saving.mutate(undefined, { onSuccess: onClose })}
    >
      <DefinitionFields draft={draft} onChange={setDraft} error={saving.error} fixedName />
      <Conflict
        error={saving.error}
        before={base.value}
        after={latest.value}
        onKeepMine={rebase}
        onTakeTheirs={() => {
          rebase()
          setDraft(draftOf(name, latest.value))
        }}
      />
      <FormError error={saving.error} />
    </Form>
  )
}

interface FormProps {
  draft: DefinitionDraft
  busy: boolean
  onSubmit: () => void
  children: ReactNode
}

function Form({ draft, busy, onSubmit, children }: FormProps) {
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const { wrong } = readParameters(`${draft.defaults}\n${draft.set}`)
    if (!busy && wrong.length === 0) onSubmit()
  }
  return (
    <form id="definition" onSubmit={submit} className="flex flex-col gap-5">
      {children}
    </form>
  )
}
