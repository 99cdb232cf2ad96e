/** How is it set up? One's own account first, then the gateway's settings with their sources. */
import { Trans, useLingui } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { Schemas } from '@/api/client.ts'
import { useIdentity, useMay } from '@/api/session.ts'
import { settingsQuery } from '@/api/settings.ts'
import { Facts, Page, Panel } from '@/ui/page.tsx'
import { Loaded } from '@/ui/states.tsx'
import { Appearance } from './appearance.tsx'
import { Licences } from './licences.tsx'
import { PasswordForm } from './password-form.tsx'
import { SecondFactor } from './second-factor.tsx'
import { SessionList } from './session-list.tsx'
import { TimeZoneForm } from './time-zone-form.tsx'
import { UsersMay } from './users-may.tsx'
import { VariableTable } from './variable-table.tsx'

export function SettingsPage() {
  const { t } = useLingui()
  const { by, has_password } = useIdentity()
  const { seeAll } = useMay()
  const query = useQuery({ ...settingsQuery, enabled: seeAll })
  return (
    <Page title={t`Settings`}>
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <Column>
          {by === 'session' && has_password && (
            <>
              <Panel title={t`Password`}>
                <PasswordForm />
              </Panel>
              <Panel title={t`Two-factor authentication`}>
                <SecondFactor />
              </Panel>
            </>
          )}
          {seeAll && (
            <Panel title={t`Gateway`}>
              <Loaded query={query}>{({ value }) => <GatewayFacts settings={value} />}</Loaded>
            </Panel>
          )}
        </Column>
        <Column>
          {by === 'session' && (
            <Panel title={t`Sessions`} hint={t`Where you are signed in.`} flush>
              <SessionList />
            </Panel>
          )}
          <Panel title={t`Language and appearance`} hint={t`In this browser.`}>
            <Appearance />
          </Panel>
          {query.data && <GatewayForms settings={query.data.value} etag={query.data.etag} />}
        </Column>
      </div>
      {query.data && (
        <Panel
          flush
          title={t`Variables`}
          hint={<Trans>Change values that come from the environment or a file there.</Trans>}
        >
          <VariableTable variables={query.data.value.variables} />
        </Panel>
      )}
      <Panel title={t`Licenses of bundled software`}>
        <Licences />
      </Panel>
    </Page>
  )
}

function Column({ children }: { children: ReactNode }) {
  return <div className="flex min-w-0 flex-col gap-4">{children}</div>
}

type Settings = Schemas['Settings']

function GatewayFacts({ settings }: { settings: Settings }) {
  const { t } = useLingui()
  return (
    <Facts
      items={[
        [t`Version`, settings.version],
        [
          t`Mode`,
          settings.mode === 'embedded'
            ? t`embedded: one process with its own database`
            : t`distributed: PostgreSQL and Redis`,
        ],
        [t`Instance`, settings.instance],
        [t`Public address`, settings.public_url],
        [
          t`Record retention`,
          settings.usage_retention_days === null
            ? t`forever`
            : t`${settings.usage_retention_days} days`,
        ],
        ...(settings.oidc ? ([[t`Single sign-on`, settings.oidc.issuer]] as const) : []),
      ]}
    />
  )
}

function GatewayForms({ settings, etag }: { settings: Settings; etag: string }) {
  const { t } = useLingui()
  return (
    <>
      <Panel title={t`Time zone of reports`}>
        {/* Another setting may change meanwhile: what is typed here stays. */}
        <TimeZoneForm key={settings.time_zone} zone={settings.time_zone} etag={etag} />
      </Panel>
      <Panel title={t`Keys of users`}>
        <UsersMay createKeys={settings.users_may_create_keys} etag={etag} />
      </Panel>
    </>
  )
}
