/** Adds an upstream, or changes one. */
import { Trans, useLingui } from '@lingui/react/macro'
import { useMutation, useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import type { Versioned } from '@/api/client.ts'
import { wasRefused } from '@/api/errors.ts'
import {
  changeUpstream,
  type Upstream,
  type UpstreamChange,
  upstreamCreation,
  upstreamQuery,
} from '@/api/upstreams.ts'
import { useKeptDraft } from '@/lib/kept-draft.ts'
import { Button } from '@/ui/button.tsx'
import { Conflict } from '@/ui/overlay/conflict.tsx'
import { Dialog } from '@/ui/overlay/dialog.tsx'
import { showToast } from '@/ui/overlay/toast.tsx'
import { FormError, Loaded } from '@/ui/states.tsx'
import {
  emptyUpstream,
  SECRET,
  type UpstreamDraft,
  upstreamDraft,
  upstreamSettings,
} from './upstream-draft.ts'
import { UpstreamFields } from './upstream-form.tsx'
import { useUpstreamTest } from './use-upstream-test.ts'

export function UpstreamDialog({ id, onClose }: { id?: number; onClose: () => void }) {
  const { t } = useLingui()
  return (
    <Dialog
      open
      onClose={onClose}
      title={id === undefined ? t`Add an upstream` : t`Edit an upstream`}
      footer={
        <>
          <Button onClick={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button type="submit" form="upstream" variant="primary">
            {id === undefined ? <Trans>Add and test</Trans> : <Trans>Save</Trans>}
          </Button>
        </>
      }
    >
      {id === undefined ? <NewForm onClose={onClose} /> : <EditLoaded id={id} onClose={onClose} />}
    </Dialog>
  )
}

function NewForm({ onClose }: { onClose: () => void }) {
  const { t } = useLingui()
  const [draft, setDraft] = useKeptDraft('new upstream', () => emptyUpstream, SECRET)
  const [create, setCreate] = useState(upstreamCreation)
  const test = useUpstreamTest()
  const creation = useMutation({
    mutationFn: () =>
      create({ ...upstreamSettings(draft), name: draft.name.trim(), secret: draft.secret.trim() }),
    onSuccess: ({ id, name }) => {
      showToast(t`${name} was added`)
      test.mutate({ id, name })
    },
    onError: (error) => wasRefused(error) && setCreate(upstreamCreation),
  })
  return (
    <Form onSubmit={() => creation.isPending || creation.mutate(undefined, { onSuccess: onClose })}>
      <UpstreamFields draft={draft} onChange={setDraft} error={creation.error} />
      <FormError error={creation.error} />
    </Form>
  )
}

function EditLoaded({ id, onClose }: { id: number; onClose: () => void }) {
  const query = useQuery(upstreamQuery(id))
  return <Loaded query={query}>{(latest) => <EditForm latest={latest} onClose={onClose} />}</Loaded>
}

function EditForm({ latest, onClose }: { latest: Versioned<Upstream>; onClose: () => void }) {
  const { t } = useLingui()
  const [base, setBase] = useState(latest)
  const { etag, value } = latest
  const [draft, setDraft] = useKeptDraft(`upstream ${etag}`, () => upstreamDraft(value), SECRET)
  const saving = useMutation({
    mutationFn: () =>
      changeUpstream(base.value.id, base.etag, changeBetween(upstreamDraft(base.value), draft)),
    onSuccess: ({ name }) => showToast(t`${name} was changed`),
  })
  const rebase = () => {
    setBase(latest)
    saving.reset()
  }
  return (
    <Form onSubmit={() => saving.isPending || saving.mutate(undefined, { onSuccess: onClose })}>
      <UpstreamFields draft={draft} onChange={setDraft} error={saving.error} id={base.value.id} />
      <Conflict
        error={saving.error}
        before={upstreamSettings(upstreamDraft(base.value))}
        after={upstreamSettings(upstreamDraft(latest.value))}
        onKeepMine={rebase}
        onTakeTheirs={() => {
          rebase()
          setDraft(upstreamDraft(latest.value))
        }}
      />
      <FormError error={saving.error} />
    </Form>
  )
}

/** Only what was touched; the stored key only where a new one was typed. */
function changeBetween(before: UpstreamDraft, draft: UpstreamDraft): UpstreamChange {
  const old = { ...upstreamSettings(before), name: before.name }
  const next = { ...upstreamSettings(draft), name: draft.name.trim() }
  const changed = Object.entries(next).filter(
    ([field, value]) => JSON.stringify(value) !== JSON.stringify(old[field as keyof typeof old]),
  )
  return {
    ...Object.fromEntries(changed),
    ...(draft.secret.trim() ? { secret: draft.secret.trim() } : {}),
  }
}

function Form({ onSubmit, children }: { onSubmit: () => void; children: React.ReactNode }) {
  const submit = (event: FormEvent) => {
    event.preventDefault()
    onSubmit()
  }
  return (
    <form id="upstream" onSubmit={submit} className="flex flex-col gap-4">
      {children}
    </form>
  )
}
