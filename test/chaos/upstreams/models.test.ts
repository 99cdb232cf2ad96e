/** Models defined by an operator: where their requests go. For failures see provider-faults/fallback.test.ts. */
import { afterAll, beforeEach, describe, expect, test } from 'bun:test'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  chatChunks,
  chatCompletion,
  type Exchange,
  jsonReply,
  type Step,
  sseReply,
} from '../../support/mock/mock-upstream.ts'
import { waitFor } from '../../support/waiting.ts'
import { ask, BOTH } from '../asking.ts'
import { secretOf, since, startRig } from '../rig.ts'

const NAMES = ['one', 'two', 'three'] as const
type Name = (typeof NAMES)[number]
const rig = await startRig({
  upstreams: (mock) =>
    NAMES.map((name) => ({
      name,
      key: secretOf(name),
      baseUrl: `${mock.url}/${name}`,
      provider: 'compatible',
    })),
})
afterAll(() => rig.close(), 20_000)
const { gateway, mock } = rig

const bodyOf = ({ body }: Exchange) => JSON.parse(body) as Record<string, unknown>
const nameOf = ({ path }: Exchange) => NAMES.find((name) => path.includes(`/${name}/`)) as Name
const error = (status: number, code: string) =>
  jsonReply(status, { error: { message: 'no', code } })
let failing: Partial<Record<Name, (exchange: Exchange) => Step[]>> = {}
beforeEach(() => {
  failing = {}
})
mock.script((exchange) => {
  // Lists of models, and a model that is not defined yet.
  if (exchange.method === 'GET') return error(404, 'not_found')
  const refusal = failing[nameOf(exchange)]
  if (refusal !== undefined) return refusal(exchange)
  return bodyOf(exchange).stream === true
    ? sseReply(chatChunks('hello'))
    : jsonReply(200, chatCompletion('hello'))
})

async function define(name: string, ...options: string[]): Promise<void> {
  const { exitCode, stderr } = await gateway.cli(['model', 'set', name, ...options])
  expect(stderr).toBe('')
  expect(exitCode).toBe(0)
  await waitFor(`the model ${name}`, async () => {
    const headers = { authorization: `Bearer ${gateway.proxyKey}` }
    return (await fetch(`${gateway.baseUrl}/models/${name}`, { headers })).status === 200
  })
}

/** What reached the upstreams: `KEY MODEL`. */
async function sentFor(model: string, options: Parameters<typeof ask>[2] = {}) {
  const from = mock.ledger.length
  const answer = await ask(gateway, model, options)
  const sent = since(mock, from).map((exchange) => `${nameOf(exchange)} ${bodyOf(exchange).model}`)
  return { answer, sent }
}

await define('fast', '--target', 'small@one', '--target', 'large@two,context=200000')
await define(
  'renamed',
  '--target',
  'real@three',
  '--default',
  'temperature=0',
  '--drop',
  'logit_bias',
)
await define('canary', '--target', 'old@one,weight=3', '--target', 'new@two,weight=1')
await define('broken', '--target', 'cut@one', '--target', 'whole@two')
await define('pinned', '--target', 'm@*', '--strategy', 'sticky')

describe.each(BOTH)('a model with two targets (%s)', (_, stream) => {
  test('goes to the first target, and to the next after a failure', async () => {
    expect((await sentFor('fast', { stream })).sent).toEqual(['one small'])
    failing = { one: () => error(500, 'server_error') }
    const { answer, sent } = await sentFor('fast', { stream })
    // A standby of another model is asked only after a second attempt.
    expect(sent).toEqual(['one small', 'one small', 'two large'])
    expect(answer.status).toBe(200)
    expect(answer.text).toContain('hello')
  })
})

test('a stream that breaks off after its role alone is answered by the next target', async () => {
  const role = { choices: [{ index: 0, delta: { role: 'assistant', content: '' } }] }
  failing = { one: () => sseReply([JSON.stringify(role)], { done: false }) }
  const { answer, sent } = await sentFor('broken', { stream: true })
  expect([answer.status, sent]).toEqual([200, ['one cut', 'one cut', 'two whole']])
  expect(answer.text).toContain('hello')
  expect(answer.text).toContain('[DONE]')
  expect(answer.text).not.toContain('error')
})

test('parameters are added and dropped, and the name is replaced', async () => {
  const from = mock.ledger.length
  await ask(gateway, 'renamed', { body: { logit_bias: { 1: 1 } } })
  const [sent] = since(mock, from)
  expect(bodyOf(sent as Exchange)).toMatchObject({ model: 'real', temperature: 0 })
  expect(bodyOf(sent as Exchange)).not.toHaveProperty('logit_bias')
  expect(await (await ask(gateway, 'renamed')).row()).toMatchObject({ upstream: 'three' })
})

test('weights share the traffic of one priority', async () => {
  const from = mock.ledger.length
  for (let request = 0; request < 200; request++) await ask(gateway, 'canary')
  const share = since(mock, from).filter((exchange) => nameOf(exchange) === 'two').length / 200
  expect(share).toBeGreaterThan(0.12)
  expect(share).toBeLessThan(0.4)
})

test('a conversation stays with one key', async () => {
  for (const text of ['a', 'b', 'c', 'd']) {
    const body = { messages: [{ role: 'user', content: text }] }
    const keys = new Set<string>()
    for (let turn = 0; turn < 5; turn++)
      for (const sent of (await sentFor('pinned', { body })).sent) keys.add(sent)
    expect(keys.size).toBe(1)
  }
})

test('changes by SQL take effect within two seconds, including deletion', async () => {
  const database = gateway.database()
  database.run("UPDATE model_targets SET upstream = 'three' WHERE model = 'canary'")
  database.close()
  await waitFor('the new target', async () =>
    (await sentFor('canary')).sent[0]?.startsWith('three'),
  )
  expect((await gateway.cli(['model', 'delete', 'canary'])).exitCode).toBe(0)
  const { stdout } = await gateway.cli(['model', 'list', '--json'])
  expect(stdout).not.toContain('canary')
  expect((await gateway.cli(['model', 'delete', 'canary'])).exitCode).not.toBe(0)
}, 60_000)

test('route explain shows the targets in their order', async () => {
  const { stdout } = await gateway.cli(['route', 'explain', 'fast', '--json'])
  const rows = JSON.parse(stdout) as { upstream: string }[]
  expect(rows.map(({ upstream }) => upstream)).toEqual([...NAMES])
  expect(rows[0]).toMatchObject({ model: 'small', priority: 0 })
})

test('a definition that can’t be read is refused, named by the doctor, and can be replaced', async () => {
  await define('odd', '--target', 'small@one', '--target', 'large@two')
  const database = gateway.database()
  database.run(
    "UPDATE model_targets SET conditions = '[nonsense' WHERE model = 'odd' AND position = 1",
  )
  database.close()
  await waitFor('the refusal', async () => (await sentFor('odd')).answer.status === 503)
  // Under its own name it could reach a vendor that nobody meant.
  const { answer, sent } = await sentFor('odd')
  expect(sent).toEqual([])
  expect(answer.text).toContain('doctor --only DB-1')
  const explained = await gateway.cli(['route', 'explain', 'odd'])
  expect([explained.exitCode, explained.stdout]).toEqual([1, ''])
  expect(explained.stderr).toContain('odd: conditions')
  const { stdout } = await gateway.cli(['doctor', '--only', 'DB-1'])
  expect(stdout).toContain('odd: conditions')
  await define('odd', '--target', 'small@one')
  expect((await sentFor('odd')).sent).toEqual(['one small'])
}, 60_000)

test('a list has a row for each target, and a definition a line', async () => {
  const list = await gateway.cli(['model', 'list'])
  expect(list.stdout.split('\n').filter((line) => line.startsWith('fast '))).toHaveLength(2)
  const { stdout } = await gateway.cli(['model', 'show', 'fast'])
  expect(stdout).toMatch(/^target 1 +small@one,priority=0$/m)
  expect(stdout).toMatch(/^target 2 +large@two,priority=1,context=200000$/m)
})

test('a file says what the models are: applied twice it changes nothing, and others are pruned if asked', async () => {
  const file = join(gateway.dataDir, 'models.json')
  const list = JSON.parse((await gateway.cli(['model', 'list', '--json'])).stdout)
  const declared = { name: 'declared', targets: ['small@one,weight=3'] }
  const apply = async (models: object[], ...options: string[]) => {
    writeFileSync(file, JSON.stringify({ models }))
    const { stdout, stderr, exitCode } = await gateway.cli([
      'model',
      'apply',
      file,
      '--json',
      ...options,
    ])
    return exitCode === 0 ? JSON.parse(stdout) : [exitCode, stderr]
  }
  const all = [...list, declared]
  const last = { name: 'declared', change: 'added' }
  expect((await apply(all, '--dry-run')).at(-1)).toEqual(last)
  expect((await apply(all)).at(-1)).toEqual(last)
  const again: { change: string }[] = await apply(all)
  expect(new Set(again.map(({ change }) => change))).toEqual(new Set(['unchanged']))
  expect((await sentFor('declared')).sent).toEqual(['one small'])
  expect((await apply(list, '--prune')).at(-1)).toEqual({ name: 'declared', change: 'deleted' })
  for (const [model, problem] of [
    [{ name: 'x' }, "a list 'targets'"],
    [{ name: 'x', targets: [{ model: 'm', prio: 1 }] }, "no field 'prio'"],
    [{ name: 'x', targets: ['m'], strategy: 'fastest' }, 'one of priority'],
    [{ name: 'x', targets: ['m,when=feature:none'] }, 'feature:none'],
  ] as const) {
    const [exitCode, stderr] = await apply([{ ...declared }, model])
    expect(exitCode).not.toBe(0)
    expect(stderr).toContain(problem)
  }
  // Nothing of a file with a fault was applied.
  expect((await gateway.cli(['model', 'show', 'declared'])).exitCode).toBe(4)
}, 120_000)
