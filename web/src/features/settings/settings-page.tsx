/** How is it set up? One's own account first, then the gateway's settings with their sources. */
import { Trans, useLingui } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
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
  const appearance = (
    <Panel title={t`Language and appearance`} hint={t`In this browser.`}>
      <Appearance />
    </Panel>
  )
  return (
    <Page title={t`Settings`}>
      {by === 'session' && (
        <div className="grid gap-4 lg:grid-cols-2">
          <div className="flex min-w-0 flex-col gap-4">
            <Panel title={t`Sessions`} hint={t`Where you are signed in.`} flush className="grow">
              <SessionList />
            </Panel>
            {appearance}
          </div>
          {has_password && (
            <div className="flex min-w-0 flex-col gap-4">
              <Panel title={t`Password`}>
                <PasswordForm />
              </Panel>
              <Panel title={t`Two-factor authentication`}>
                <SecondFactor />
              </Panel>
            </div>
          )}
        </div>
      )}
      {by !== 'session' && appearance}
      {seeAll && <Gateway />}
      <Panel title={t`Licenses of bundled software`}>
        <Licences />
      </Panel>
    </Page>
  )
}

function Gateway() {
  const { t } = useLingui()
  const query = useQuery(settingsQuery)
  return (
    <Loaded query={query}>
      {({ value: settings, etag }) => (
        <>
          <div className="grid gap-4 lg:grid-cols-2">
            <Panel title={t`Gateway`}>
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
            </Panel>
            <div className="flex min-w-0 flex-col gap-4">
              <Panel title={t`Time zone of reports`}>
                <TimeZoneForm key={etag} zone={settings.time_zone} etag={etag} />
              </Panel>
              <Panel title={t`Keys of users`} className="grow">
                <UsersMay createKeys={settings.users_may_create_keys} etag={etag} />
              </Panel>
            </div>
          </div>
          <Panel
            flush
            title={t`Variables`}
            hint={<Trans>Change values that come from the environment or a file there.</Trans>}
          >
            <VariableTable variables={settings.variables} />
          </Panel>
        </>
      )}
    </Loaded>
  )
}
