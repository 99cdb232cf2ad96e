/** Adds many keys at once, one a line; says for each what became of it. */
import { Plural, Trans, useLingui } from '@lingui/react/macro'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useMemo, useRef, useState } from 'react'
import { importUpstreams, type UpstreamSettings } from '@/api/upstreams.ts'
import { formatNumber } from '@/lib/format.ts'
import { useKeptDraft } from '@/lib/kept-draft.ts'
import { Button } from '@/ui/button.tsx'
import { Checkbox, Field, TextArea } from '@/ui/field.tsx'
import { Dialog } from '@/ui/overlay/dialog.tsx'
import { FormError } from '@/ui/states.tsx'
import { ImportReport } from './import-report.tsx'
import { emptyUpstream, SECRET, upstreamSettings } from './upstream-draft.ts'
import { UpstreamFields } from './upstream-form.tsx'

export function ImportDialog({ onClose }: { onClose: () => void }) {
  const { t } = useLingui()
  const [draft, setDraft] = useKeptDraft('import', () => emptyUpstream, SECRET)
  const [secrets, setSecrets] = useState('')
  const [test, setTest] = useState(true)
  const lines = useMemo(() => keysIn(secrets), [secrets])
  const { importing, done, stop } = useImport()
  const cancel = () => {
    stop()
    onClose()
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (importing.isPending) return
    importing.mutate({ settings: upstreamSettings(draft), secrets, test })
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
        <ImportReport lines={importing.data} />
      </Dialog>
    )
  return (
    <Dialog
      open
      size="large"
      onClose={cancel}
      title={t`Paste many keys`}
      footer={
        <>
          <Button onClick={cancel}>
            <Trans>Cancel</Trans>
          </Button>
          <Button
            type="submit"
            form="import"
            variant="primary"
            busy={importing.isPending}
            disabled={lines === 0}
          >
            {importing.isPending ? (
              <Trans>
                {formatNumber(done)} of {formatNumber(lines)} …
              </Trans>
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
          <Trans>Test each key with its provider and report those that fail</Trans>
        </Checkbox>
        <UpstreamFields draft={draft} onChange={setDraft} error={importing.error} withoutKey />
        <FormError error={importing.error} />
      </form>
    </Dialog>
  )
}

interface Import {
  settings: UpstreamSettings
  secrets: string
  test: boolean
}

/** The import, how many keys it has come to, and how to end it: what is added by then stays. */
function useImport() {
  const [done, setDone] = useState(0)
  const running = useRef<AbortController | null>(null)
  const importing = useMutation({
    mutationFn: ({ settings, secrets, test }: Import) => {
      setDone(0)
      running.current = new AbortController()
      const { signal } = running.current
      return importUpstreams(settings, secrets, { test, onProgress: setDone, signal })
    },
  })
  return { importing, done, stop: () => running.current?.abort() }
}

/** How many different keys there are. */
function keysIn(text: string): number {
  const lines = text.split('\n').map((line) => line.trim())
  return new Set(lines.filter(Boolean)).size
}
