/** A second factor: codes from an authenticator app. */
import { Trans, useLingui } from '@lingui/react/macro'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useIdentity } from '@/api/session.ts'
import { beginSecondFactor, confirmSecondFactor, removeSecondFactor } from '@/api/settings.ts'
import { Badge } from '@/ui/badge.tsx'
import { Button } from '@/ui/button.tsx'
import { CodeBlock } from '@/ui/copy.tsx'
import { Field, TextInput } from '@/ui/field.tsx'
import { showToast } from '@/ui/overlay/toast.tsx'
import { FormError } from '@/ui/states.tsx'

export function SecondFactor() {
  const { totp_enabled } = useIdentity()
  return totp_enabled ? <SwitchOff /> : <SwitchOn />
}

function SwitchOn() {
  const { t } = useLingui()
  const [password, setPassword] = useState('')
  const [code, setCode] = useState('')
  const begin = useMutation({ mutationFn: () => beginSecondFactor(password) })
  const confirm = useMutation({
    mutationFn: () => confirmSecondFactor(code),
    onSuccess: () => showToast(t`Two-factor authentication is on`),
  })
  if (begin.data)
    return (
      <Form onSubmit={() => confirm.mutate()}>
        <p>
          <Trans>Add this to your authenticator app, then enter the code it shows.</Trans>
        </p>
        <CodeBlock text={begin.data.secret} label={t`Secret`} />
        <a href={begin.data.uri} className="underline underline-offset-2">
          <Trans>Open in an app on this device</Trans>
        </a>
        <Code value={code} onChange={setCode} />
        <FormError error={confirm.error} />
        <div>
          <Button type="submit" variant="primary" busy={confirm.isPending}>
            <Trans>Turn on</Trans>
          </Button>
        </div>
      </Form>
    )
  return (
    <Form onSubmit={() => begin.mutate()}>
      <p className="text-soft">
        <Trans>Signing in then also asks for a code from your authenticator app.</Trans>
      </p>
      <CurrentPassword value={password} onChange={setPassword} />
      <FormError error={begin.error} />
      <div>
        <Button type="submit" busy={begin.isPending}>
          <Trans>Set up</Trans>
        </Button>
      </div>
    </Form>
  )
}

function SwitchOff() {
  const { t } = useLingui()
  const [password, setPassword] = useState('')
  const [code, setCode] = useState('')
  const remove = useMutation({
    mutationFn: () => removeSecondFactor(password, code),
    onSuccess: () => showToast(t`Two-factor authentication is off`),
  })
  return (
    <Form onSubmit={() => remove.mutate()}>
      <div>
        <Badge tone="ok">
          <Trans>on</Trans>
        </Badge>
      </div>
      <CurrentPassword value={password} onChange={setPassword} />
      <Code value={code} onChange={setCode} />
      <FormError error={remove.error} />
      <div>
        <Button type="submit" variant="danger" busy={remove.isPending}>
          <Trans>Turn off two-factor authentication</Trans>
        </Button>
      </div>
    </Form>
  )
}

interface InputProps {
  value: string
  onChange: (value: string) => void
}

function CurrentPassword({ value, onChange }: InputProps) {
  const { t } = useLingui()
  return (
    <Field label={t`Current password`}>
      <TextInput
        type="password"
        autoComplete="current-password"
        required
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    </Field>
  )
}

function Code({ value, onChange }: InputProps) {
  const { t } = useLingui()
  return (
    <Field label={t`Code from your authenticator app`}>
      <TextInput
        inputMode="numeric"
        autoComplete="one-time-code"
        required
        maxLength={10}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    </Field>
  )
}

function Form({ onSubmit, children }: { onSubmit: () => void; children: React.ReactNode }) {
  const submit = (event: FormEvent) => {
    event.preventDefault()
    onSubmit()
  }
  return (
    <form onSubmit={submit} className="flex flex-col gap-3">
      {children}
    </form>
  )
}
