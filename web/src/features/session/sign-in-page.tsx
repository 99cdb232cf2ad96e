/** Signing in: as a page, and as a dialog over a page whose session has ended, so that no draft is lost. */
import { Trans, useLingui } from '@lingui/react/macro'
import * as Radix from '@radix-ui/react-dialog'
import { useMutation, useQuery } from '@tanstack/react-query'
import { type FormEvent, type ReactNode, useState } from 'react'
import { ApiError } from '@/api/errors.ts'
import { signIn, signInOptionsQuery } from '@/api/session.ts'
import { MAX_PASSWORD_LENGTH } from '@/lib/password.ts'
import { Button } from '@/ui/button.tsx'
import { Field, TextInput } from '@/ui/field.tsx'
import { LanguageSwitch } from '@/ui/language-switch.tsx'
import { Logo } from '@/ui/logo.tsx'
import { useReturnFocus } from '@/ui/overlay/return-focus.ts'
import { useScrollLock } from '@/ui/overlay/scroll-lock.ts'
import { FormError, Skeleton } from '@/ui/states.tsx'
import { SingleSignOn } from './single-sign-on.tsx'

export function SignInPage({ onDone }: { onDone: () => void }) {
  return (
    <SignInFrame title={<Trans>Sign in</Trans>}>
      <SignInForm onDone={onDone} />
    </SignInFrame>
  )
}

/** The one card in the middle of an otherwise empty page. */
export function SignInFrame({ title, children }: { title: ReactNode; children: ReactNode }) {
  return (
    <main className="flex min-h-dvh flex-col items-center justify-center gap-6 p-4">
      <Logo />
      <div className="w-full max-w-sm rounded-xl border bg-surface p-6 shadow-panel">
        <h1 className="mb-4 text-base font-semibold">{title}</h1>
        {children}
      </div>
      <LanguageSwitch />
    </main>
  )
}

export function SignInDialog({ username, onDone }: { username: string; onDone: () => void }) {
  useScrollLock()
  const returnFocus = useReturnFocus()
  return (
    <Radix.Root open>
      <Radix.Portal>
        <div className="fixed inset-0 z-50 flex items-center justify-center bg-black/50 p-4">
          <Radix.Content
            onCloseAutoFocus={returnFocus}
            onEscapeKeyDown={(event) => event.preventDefault()}
            onInteractOutside={(event) => event.preventDefault()}
            className="float-in w-full max-w-sm rounded-xl border bg-surface p-6 shadow-float outline-none"
          >
            <Radix.Title className="text-base font-semibold">
              <Trans>Your session has ended</Trans>
            </Radix.Title>
            <Radix.Description className="mb-4 text-soft">
              <Trans>Sign in again to continue. What you typed is kept.</Trans>
            </Radix.Description>
            <SignInForm username={username} onDone={onDone} />
          </Radix.Content>
        </div>
      </Radix.Portal>
    </Radix.Root>
  )
}

function SignInForm({ username: known = '', onDone }: { username?: string; onDone: () => void }) {
  const { t, i18n } = useLingui()
  const { data: options, isPending } = useQuery(signInOptionsQuery(i18n.locale))
  const [username, setUsername] = useState(known)
  const [password, setPassword] = useState('')
  const [code, setCode] = useState('')
  const attempt = useMutation({
    mutationFn: () => signIn({ username, password, ...(code ? { code } : {}) }),
    onSuccess: onDone,
  })
  const needsCode =
    attempt.error instanceof ApiError && /second_factor|totp|code/.test(attempt.error.code)
  const [codeShown, setCodeShown] = useState(false)
  if (needsCode && !codeShown) setCodeShown(true)

  const submit = (event: FormEvent) => {
    event.preventDefault()
    attempt.mutate()
  }
  // The fields and the hints beneath them appear together: nothing moves under the pointer.
  if (isPending) return <Skeleton className="h-44 w-full" />
  if (options?.needs_setup)
    return (
      <div className="flex flex-col gap-3">
        <p className="text-soft">
          <Trans>
            No password has been set yet. Open the link that the first start printed, or run{' '}
            <code>gpt-proxy console</code> for a new one.
          </Trans>
        </p>
        {options.oidc && <SingleSignOn provider={options.oidc} />}
      </div>
    )
  return (
    <form onSubmit={submit} className="flex flex-col gap-3">
      <Field label={t`Name`}>
        <TextInput
          name="username"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          required
          maxLength={200}
          value={username}
          onChange={(event) => setUsername(event.target.value)}
        />
      </Field>
      <Field label={t`Password`}>
        <TextInput
          type="password"
          name="password"
          autoComplete="current-password"
          required
          maxLength={MAX_PASSWORD_LENGTH}
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
      </Field>
      {codeShown && (
        <Field label={t`Code from your authenticator app`}>
          <TextInput
            name="code"
            inputMode="numeric"
            autoComplete="one-time-code"
            maxLength={10}
            value={code}
            onChange={(event) => setCode(event.target.value)}
          />
        </Field>
      )}
      {!(needsCode && code === '') && <FormError error={attempt.error} />}
      <Button type="submit" variant="primary" busy={attempt.isPending} className="mt-1">
        <Trans>Sign in</Trans>
      </Button>
      {options?.oidc && <SingleSignOn provider={options.oidc} />}
      {options?.hint && !isSecureContext && <p className="text-xs text-faint">{options.hint}</p>}
    </form>
  )
}
