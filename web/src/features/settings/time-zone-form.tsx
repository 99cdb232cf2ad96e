/** The one time zone in which charts, CSV and quotas are shown. */
import { Trans, useLingui } from '@lingui/react/macro'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useId, useMemo, useState } from 'react'
import { ApiError } from '@/api/errors.ts'
import { useMay } from '@/api/session.ts'
import { changeSettings } from '@/api/settings.ts'
import { formatTime } from '@/lib/format.ts'
import { Button } from '@/ui/button.tsx'
import { Field, TextInput } from '@/ui/field.tsx'
import { showToast } from '@/ui/overlay/toast.tsx'
import { FormError } from '@/ui/states.tsx'

export function TimeZoneForm({ zone, etag }: { zone: string; etag: string }) {
  const { t } = useLingui()
  const { administer } = useMay()
  const [text, setText] = useState(zone)
  const list = useId()
  const zones = useMemo(() => Intl.supportedValuesOf('timeZone'), [])
  const saving = useMutation({
    mutationFn: (next: string | null) => changeSettings(etag, { time_zone: next }),
    onSuccess: () => showToast(t`Reports now use the new time zone`),
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    saving.mutate(text.trim())
  }
  return (
    <form onSubmit={submit} className="flex flex-col gap-3">
      <Field
        label={t`Time zone`}
        hint={t`It is ${formatTime(Date.now(), 'full')} there now.`}
        error={saving.error instanceof ApiError && saving.error.fieldMessage('time_zone')}
      >
        <TextInput
          required
          list={list}
          disabled={!administer}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      </Field>
      <datalist id={list}>
        {zones.map((each) => (
          <option key={each} value={each} />
        ))}
      </datalist>
      <FormError error={saving.error} />
      {administer && (
        <div className="flex flex-wrap gap-2">
          <Button type="submit" busy={saving.isPending} disabled={text.trim() === zone}>
            <Trans>Save</Trans>
          </Button>
          <Button variant="ghost" onClick={() => saving.mutate(null)}>
            <Trans>Same as the server</Trans>
          </Button>
        </div>
      )}
    </form>
  )
}
