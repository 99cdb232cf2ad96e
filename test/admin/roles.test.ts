/** Every operation of the admin API is called as every role: only those that it declares get through. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { OPERATIONS } from '../../src/http/routes/admin/contract/operations.ts'
import { type Gateway, startGateway } from '../support/gateway.ts'
import { type ConsoleClient, consoleClient, signedInAdmin, signedInAs } from './console-client.ts'

type Caller = 'admin' | 'viewer' | 'user' | 'nobody' | 'proxy key' | 'admin key'

let gateway: Gateway
const clients = new Map<Caller, ConsoleClient>()
const keys: Partial<Record<Caller, string>> = {}

beforeAll(async () => {
  gateway = await startGateway()
  const admin = await signedInAdmin(gateway)
  clients.set('admin', admin)
  clients.set('viewer', await signedInAs(gateway, admin, { username: 'viv', role: 'viewer' }))
  clients.set('user', await signedInAs(gateway, admin, { username: 'ula', role: 'user' }))
  for (const caller of ['nobody', 'proxy key', 'admin key'] as const)
    clients.set(caller, consoleClient(gateway))
  keys['proxy key'] = gateway.proxyKey
  keys['admin key'] = gateway.adminKey
})
afterAll(() => gateway.stop())

/** Ids that nothing has: what gets through finds nothing, and changes nothing. */
const pathOf = (path: string) => path.replace(/\{\w+\}/g, '999999999')

async function refusal(caller: Caller, method: string, path: string): Promise<string | null> {
  const key = keys[caller]
  const headers: Record<string, string> =
    key === undefined ? {} : { authorization: `Bearer ${key}` }
  // A body that fits no schema: an operation that is let through ends there.
  const body = method === 'get' ? undefined : { unknown: true }
  const client = clients.get(caller) as ConsoleClient
  const response = await client.call(method.toUpperCase(), pathOf(path), body, headers)
  if (response.status !== 401 && response.status !== 403) return null
  const { error } = (await response.json()) as { error: { code: string } }
  return error.code
}

const REFUSALS: Record<Caller, string> = {
  admin: 'role_not_allowed',
  viewer: 'role_not_allowed',
  user: 'role_not_allowed',
  nobody: 'not_signed_in',
  'proxy key': 'admin_key_required',
  'admin key': 'role_not_allowed',
}

/** What signs the caller out, or asks for a password first, is tested separately. */
const APART = [
  'delete /session',
  'get /oidc/start',
  'get /oidc/callback',
  'get /events',
  'get /doctor',
]

const SLOW = ['post /encryption/rotate']

describe.each(Object.keys(REFUSALS) as Caller[])('%s', (caller) => {
  for (const operation of OPERATIONS) {
    const { method, path, 'x-access': access } = operation
    if (APART.includes(`${method} ${path}`)) continue
    const isSlow = SLOW.includes(`${method} ${path}`)
    test(`${method} ${path}`, async () => {
      const role = caller === 'admin key' ? 'admin' : caller
      const allowed =
        access === 'open' ||
        (access === 'key' ? caller.endsWith('key') : (access as readonly string[]).includes(role))
      // A session is no key: its holder is asked for one.
      const expected = access === 'key' ? 'not_signed_in' : REFUSALS[caller]
      // It is run by its own test; here only who may not is of interest.
      if (isSlow && allowed) return
      expect(await refusal(caller, method, path)).toBe(allowed ? null : expected)
    })
  }
})

test('each operation declares who may call it', () => {
  expect(OPERATIONS.length).toBeGreaterThan(55)
  for (const { 'x-access': access } of OPERATIONS) expect(access.length).toBeGreaterThan(0)
})
