/** Quota and use of a key for its holder, without an account. The key stays in this tab and nowhere else. */
import { Trans, useLingui } from '@lingui/react/macro'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useMemo, useState } from 'react'
import { errorText } from '@/api/error-text.ts'
import { ApiError } from '@/api/errors.ts'
import { type OwnKey, ownKey } from '@/api/own-key.ts'
import { formatCompact, formatCost, formatNumber } from '@/lib/format.ts'
import { Badge } from '@/ui/badge.tsx'
import { Button } from '@/ui/button.tsx'
import { Chart } from '@/ui/chart/chart.tsx'
import type { Series } from '@/ui/chart/chart-props.ts'
import { Meter } from '@/ui/chart/meter.tsx'
import { Field, SecretInput } from '@/ui/field.tsx'
import { LanguageSwitch } from '@/ui/language-switch.tsx'
import { Logo } from '@/ui/logo.tsx'
import { Facts, Page, Panel } from '@/ui/page.tsx'
import { Time, TimeAgo } from '@/ui/time.tsx'

export function KeyHolderPage() {
  const { t } = useLingui()
  const [secret, setSecret] = useState('')
  const look = useMutation({ mutationFn: () => ownKey(secret.trim()) })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!look.isPending) look.mutate()
  }
  return (
    <main>
      <div className="mx-auto flex max-w-[110rem] items-center justify-between px-4 pt-4 sm:px-6">
        <Logo />
        <LanguageSwitch />
      </div>
      <Page title={t`My key`} description={t`What the key may do, and what has been used with it.`}>
        <Panel>
          <form onSubmit={submit} className="flex flex-wrap items-end gap-2">
            <Field
              label={t`Key`}
              className="min-w-64 grow"
              error={look.error && keyProblem(look.error)}
            >
              <SecretInput
                required
                placeholder="sk-proxy-…"
                value={secret}
                onChange={(event) => setSecret(event.target.value)}
              />
            </Field>
            <Button type="submit" variant="primary" busy={look.isPending}>
              <Trans>Show</Trans>
            </Button>
          </form>
          <p className="mt-2 text-xs text-faint">
            <Trans>
              The key is sent only to this gateway, and forgotten when the tab is closed.
            </Trans>
          </p>
        </Panel>
        {look.data && <Details of={look.data} />}
      </Page>
    </main>
  )

  function keyProblem(error: Error): string {
    return error instanceof ApiError && error.status === 401
      ? t`The gateway does not know this key, or the key is no longer valid.`
      : errorText(error)
  }
}

function Details({ of }: { of: OwnKey }) {
  const { t } = useLingui()
  const limit = (value: number | null) =>
    value === null ? t`the default` : value === 0 ? t`no limit` : formatNumber(value)
  return (
    <>
      <div className="grid gap-4 lg:grid-cols-2">
        <Panel title={t`Quota this month`}>
          <Meter label={t`Quota this month`} used={of.used_tokens} limit={of.quota_tokens} />
          <div className="mt-4">
            <Facts
              items={[
                [t`Resets`, <Time key="resets" at={of.resets_at} style="moment" />],
                [t`Requests with this key`, formatNumber(of.requests)],
                [t`Tokens`, formatNumber(of.tokens)],
                [t`Cost`, formatCost(of.cost_usd)],
              ]}
            />
          </div>
        </Panel>
        <Panel title={of.name}>
          <Facts
            items={[
              [
                t`State`,
                of.status === 'active' ? (
                  <Badge key="s" tone="ok">{t`active`}</Badge>
                ) : (
                  <Badge key="s" tone="off">
                    {of.status}
                  </Badge>
                ),
              ],
              [t`User`, of.username],
              [
                t`Key`,
                <code key="p" className="font-mono text-xs">
                  {of.prefix}…
                </code>,
              ],
              [t`Expires`, of.expires_at ? <TimeAgo key="e" at={of.expires_at} /> : t`never`],
              [t`Requests per minute`, limit(of.rpm)],
              [t`Tokens per minute`, limit(of.tpm)],
              [t`Models`, of.allowed_models?.join(', ') ?? t`all`],
            ]}
          />
        </Panel>
      </div>
      <Panel title={t`Tokens by day`}>
        <Days days={of.days} />
      </Panel>
    </>
  )
}

function Days({ days }: { days: OwnKey['days'] }) {
  const { t } = useLingui()
  const times = useMemo(() => days.map(({ day }) => day), [days])
  const series = useMemo<Series[]>(
    () => [{ name: t`Tokens`, colour: '--series-1', values: days.map(({ tokens }) => tokens) }],
    [days, t],
  )
  return (
    <Chart
      label={t`Tokens by day`}
      times={times}
      series={series}
      format={formatCompact}
      unfinished
    />
  )
}
