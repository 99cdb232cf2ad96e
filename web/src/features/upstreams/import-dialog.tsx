/** Adds many keys at once, one a line; says for each what became of it. */
import { Plural, Trans, useLingui } from '@lingui/react/macro'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useMemo, useState } from 'react'
import { wasRefused } from '@/api/errors.ts'
import { upstreamImport } from '@/api/upstreams.ts'
import { Badge, type Tone } from '@/ui/badge.tsx'
import { Button } from '@/ui/button.tsx'
import { Checkbox, Field, TextArea } from '@/ui/field.tsx'
import { Dialog } from '@/ui/overlay/dialog.tsx'
import { FormError } from '@/ui/states.tsx'
import { emptyUpstream, upstreamSettings } from './upstream-draft.ts'
import { UpstreamFields } from './upstream-form.tsx'

type Report = Awaited<ReturnType<ReturnType<typeof upstreamImport>>>

export function ImportDialog({ onClose }: { onClose: () => void }) {
  const { t } = useLingui()
  const [draft, setDraft] = useState(emptyUpstream)
  const [secrets, setSecrets] = useState('')
  const [test, setTest] = useState(true)
  const [run, setRun] = useState(upstreamImport)
  const lines = useMemo(
    () =>
      new Set(
        secrets
          .split('\n')
          .map((line) => line.trim())
          .filter(Boolean),
      ).size,
    [secrets],
  )
  const importing = useMutation({
    mutationFn: () => run(upstreamSettings(draft), secrets, test),
    onError: (error) => wasRefused(error) && setRun(upstreamImport),
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!importing.isPending) importing.mutate()
  }
  if (importing.data)
    return (
      <Dialog
        open
        size="large"
        onClose={onClose}
        title={t`Import results`}
        footer={
          <Button variant="primary" onClick={onClose}>
            <Trans>Close</Trans>
          </Button>
        }
      >
        <ImportReport report={importing.data} />
      </Dialog>
    )
  return (
    <Dialog
      open
      size="large"
      onClose={onClose}
      title={t`Paste many keys`}
      footer={
        <>
          <Button onClick={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button type="submit" form="import" variant="primary" busy={importing.isPending}>
            {importing.isPending ? (
              <Trans>Adding …</Trans>
            ) : (
              <Plural value={lines} one="Add # key" other="Add # keys" />
            )}
          </Button>
        </>
      }
    >
      <form id="import" onSubmit={submit} className="flex flex-col gap-4">
        <Field
          label={t`Keys`}
          hint={t`One per line. Keys that exist are skipped, so you can paste the same list twice.`}
        >
          <TextArea
            required
            spellCheck={false}
            className="min-h-40 font-mono"
            value={secrets}
            onChange={(event) => setSecrets(event.target.value)}
          />
        </Field>
        <Checkbox checked={test} onChange={setTest}>
          <Trans>Test each key with its provider and skip those it refuses</Trans>
        </Checkbox>
        <UpstreamFields draft={draft} onChange={setDraft} error={importing.error} withoutKey />
        <FormError error={importing.error} />
      </form>
    </Dialog>
  )
}

const TONES: Record<Report['lines'][number]['result'], Tone> = {
  added: 'ok',
  duplicate: 'off',
  known: 'off',
  invalid: 'bad',
  failed_test: 'bad',
}

function ImportReport({ report }: { report: Report }) {
  const { t } = useLingui()
  const names: Record<Report['lines'][number]['result'], string> = {
    added: t`added`,
    duplicate: t`twice in the list`,
    known: t`already exists`,
    invalid: t`not a key`,
    failed_test: t`failed the test`,
  }
  return (
    <div className="flex flex-col gap-3">
      <p role="status" className="font-medium">
        <Plural value={report.added} one="# key was added." other="# keys were added." />
      </p>
      <ul className="divide-y rounded-md border">
        {report.lines.map(({ line, key_hint, result, reason, name }) => (
          <li key={line} className="flex flex-wrap items-center gap-x-3 gap-y-1 px-3 py-1.5">
            <span className="w-10 text-right text-faint">{line}</span>
            <span className="font-mono text-xs">{key_hint}</span>
            <Badge tone={TONES[result]}>{names[result]}</Badge>
            <span className="text-soft">{name ?? reason}</span>
          </li>
        ))}
      </ul>
    </div>
  )
}
