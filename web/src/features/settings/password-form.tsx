/** Changes one's own password; all other sessions end with it. */
import { Trans, useLingui } from '@lingui/react/macro'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { ApiError } from '@/api/errors.ts'
import { changePassword } from '@/api/settings.ts'
import { MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH } from '@/lib/password.ts'
import { Button } from '@/ui/button.tsx'
import { Field, TextInput } from '@/ui/field.tsx'
import { showToast } from '@/ui/overlay/toast.tsx'
import { FormError } from '@/ui/states.tsx'

export function PasswordForm() {
  const { t } = useLingui()
  const [current, setCurrent] = useState('')
  const [next, setNext] = useState('')
  const saving = useMutation({
    mutationFn: () => changePassword(current, next),
    onSuccess: () => {
      showToast(t`The password was changed; other sessions have ended`)
      setCurrent('')
      setNext('')
    },
  })
  const problem = (field: string) =>
    saving.error instanceof ApiError ? saving.error.fieldMessage(field) : undefined
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!saving.isPending) saving.mutate()
  }
  return (
    <form onSubmit={submit} className="flex flex-col gap-3">
      <Field label={t`Current password`} error={problem('current')}>
        <TextInput
          type="password"
          autoComplete="current-password"
          required
          maxLength={MAX_PASSWORD_LENGTH}
          value={current}
          onChange={(event) => setCurrent(event.target.value)}
        />
      </Field>
      <Field
        label={t`New password`}
        hint={t`At least ${MIN_PASSWORD_LENGTH} characters. A sentence is fine.`}
        error={problem('password')}
      >
        <TextInput
          type="password"
          autoComplete="new-password"
          required
          minLength={MIN_PASSWORD_LENGTH}
          maxLength={MAX_PASSWORD_LENGTH}
          value={next}
          onChange={(event) => setNext(event.target.value)}
        />
      </Field>
      <FormError error={saving.error} />
      <div>
        <Button type="submit" busy={saving.isPending}>
          <Trans>Change password</Trans>
        </Button>
      </div>
    </form>
  )
}
