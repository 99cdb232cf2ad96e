/** Keys that soon expire, or are not used: named by the commands, the admin API and the overview alike. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { type Gateway, startGateway } from '../../support/gateway.ts'
import { environmentFor } from '../../support/processes/gateway-process.ts'
import { runInProcess } from './run-in-process.ts'

let gateway: Gateway
beforeAll(async () => {
  gateway = await startGateway()
  for (const [name, expires] of [
    ['soon', '3d'],
    ['later', '30d'],
    ['never', ''],
    ['gone', '1d'],
  ] as const)
    await keyCommand(
      'create',
      'default',
      '--name',
      name,
      ...(expires ? ['--expires', expires] : []),
    )
  const gone = (await listed()).find(({ name }) => name === 'gone')
  await keyCommand('revoke', String(gone?.id))
})
afterAll(() => gateway.stop())

async function keyCommand(...words: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await runInProcess(environmentFor(gateway.dataDir), [
    'key',
    ...words,
  ])
  expect([exitCode, stderr]).toEqual([0, expect.anything()])
  return stdout
}

async function listed(...options: string[]): Promise<{ id: number; name: string }[]> {
  return JSON.parse(await keyCommand('list', '--json', ...options))
}
const namesOf = (keys: readonly { name: string }[]) => keys.map(({ name }) => name).sort()

async function asked<Reply>(path: string): Promise<Reply> {
  const headers = { authorization: `Bearer ${gateway.adminKey}`, 'accept-language': 'en' }
  const reply = await fetch(`${gateway.origin}/admin/v1${path}`, { headers })
  return (await reply.json()) as Reply
}

test('active keys that expire within some days are listed by the command and the API', async () => {
  for (const [days, names] of [
    ['2', []],
    ['7', ['soon']],
    ['31', ['later', 'soon']],
  ] as const) {
    expect(namesOf(await listed('--expires-within', days))).toEqual([...names])
    const { items } = await asked<{ items: { name: string }[] }>(
      `/keys?expires_within_days=${days}`,
    )
    expect(namesOf(items)).toEqual([...names])
  }
})

test('the overview reminds of a key a week before it expires, with the next step', async () => {
  const { attention } = await asked<{ attention: { check: string; title: string; fix: string }[] }>(
    '/overview?range=24h',
  )
  const reminders = attention.filter(({ check }) => check === 'KEY-EXPIRY')
  expect(reminders).toHaveLength(1)
  expect(reminders[0]?.title).toContain('The key soon (')
  expect(reminders[0]?.fix).toContain('Rotate it')
})

test('keys that were not used for some days are listed, those that never were among them', async () => {
  const unused = namesOf(await listed('--unused', '1'))
  expect(unused).toContain('never')
  const { items } = await asked<{ items: { name: string }[] }>('/keys?unused_days=1&limit=100')
  expect(namesOf(items)).toEqual(unused)
})

test('a number of days that makes no sense is refused', async () => {
  const ran = await runInProcess(environmentFor(gateway.dataDir), ['key', 'list', '--unused', '0'])
  expect(ran.exitCode).toBe(2)
  expect(ran.stderr).toContain('It must be a whole number from 1 to 3650.')
})
