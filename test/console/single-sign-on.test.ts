/** Signing in with an OpenID provider, as a person at the browser meets it. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { type OpenIdProvider, startOpenIdProvider } from '../support/openid-provider.ts'
import { type ConsoleRig, startConsoleRig, visit } from './console-rig.ts'

let provider: OpenIdProvider
let rig: ConsoleRig
beforeAll(async () => {
  provider = startOpenIdProvider()
  rig = await startConsoleRig({
    OIDC_ISSUER: provider.issuer,
    OIDC_CLIENT_ID: provider.clientId,
    OIDC_CLIENT_SECRET: provider.clientSecret,
    OIDC_NAME: 'Example',
    OIDC_ROLES: 'finance=viewer',
  })
}, 60_000)
afterAll(async () => {
  await rig.close()
  await provider.stop()
})

test('one click signs in, and a refusal says what to do', async () => {
  provider.user = { sub: 'eve-1', preferred_username: 'eve', groups: ['guests'] }
  const { page, context } = await visit(rig.browser)
  await page.goto(`${rig.gateway.url}/console/usage`)
  await page.getByRole('link', { name: 'Sign in with Example' }).click()
  const refusal = page.getByRole('alert')
  await refusal.waitFor()
  expect(await refusal.textContent()).toContain('gives you no role here')
  provider.user = { sub: 'eve-1', preferred_username: 'eve', groups: ['finance'] }
  await page.getByRole('link', { name: 'Sign in with Example' }).click()
  await page.locator('main#main').waitFor()
  expect(page.url()).toBe(`${rig.gateway.url}/console/usage`)
  await context.close()
}, 60_000)
