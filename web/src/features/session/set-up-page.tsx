/** Sets a password by a one-time link: the first admin's, or that of someone an admin has invited. */
import { Trans, useLingui } from '@lingui/react/macro'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { ApiError } from '@/api/errors.ts'
import { setUp } from '@/api/session.ts'
import { MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH } from '@/lib/password.ts'
import { Button } from '@/ui/button.tsx'
import { Field, TextInput } from '@/ui/field.tsx'
import { FormError } from '@/ui/states.tsx'
import { SignInFrame } from './sign-in-page.tsx'

export function SetUpPage({ token, onDone }: { token: string; onDone: () => void }) {
  const { t } = useLingui()
  const [password, setPassword] = useState('')
  const [again, setAgain] = useState('')
  const [different, setDifferent] = useState(false)
  const attempt = useMutation({ mutationFn: () => setUp(token, password), onSuccess: onDone })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setDifferent(password !== again)
    if (password === again) attempt.mutate()
  }
  const refused =
    attempt.error instanceof ApiError ? attempt.error.fieldMessage('password') : undefined
  return (
    <SignInFrame title={<Trans>Welcome. Choose a password</Trans>}>
      <form onSubmit={submit} className="flex flex-col gap-3">
        <Field
          label={t`Password`}
          hint={t`At least ${MIN_PASSWORD_LENGTH} characters. A sentence is fine.`}
          error={refused}
        >
          <TextInput
            type="password"
            name="new-password"
            autoComplete="new-password"
            required
            minLength={MIN_PASSWORD_LENGTH}
            maxLength={MAX_PASSWORD_LENGTH}
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
        </Field>
        <Field label={t`Repeat the password`} error={different && t`The passwords do not match.`}>
          <TextInput
            type="password"
            autoComplete="new-password"
            required
            maxLength={MAX_PASSWORD_LENGTH}
            value={again}
            onChange={(event) => setAgain(event.target.value)}
          />
        </Field>
        {!refused && <FormError error={attempt.error} />}
        <Button type="submit" variant="primary" busy={attempt.isPending} className="mt-1">
          <Trans>Set password and sign in</Trans>
        </Button>
      </form>
    </SignInFrame>
  )
}
