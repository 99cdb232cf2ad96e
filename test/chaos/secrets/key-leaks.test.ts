/** Upstreams that say our key back to us, in any form: it appears nowhere. */
import { afterAll, describe, expect, test } from 'bun:test'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  chatCompletion,
  jsonReply,
  rawReply,
  type Step,
  sseReply,
} from '../../support/mock/mock-upstream.ts'
import { waitFor } from '../../support/waiting.ts'
import { ask, BOTH, payloads } from '../asking.ts'
import { secretOf, startRig } from '../rig.ts'
import { leakForms, PLACES, REFUSALS, refusing } from './leaking.ts'

const rig = await startRig({ models: { leaky: 1 }, env: { LOG_LEVEL: 'debug' } })
afterAll(() => rig.close(), 20_000)
const { gateway, mock } = rig
const SECRET = secretOf('leaky-1')
const FORMS = leakForms(SECRET)

/** Replies that are passed on as they are: there the whole key is looked for, in the forms that are cheap to see. */
const PASSED: [string, (leak: string) => Step[]][] = [
  ['the text of a 200', (leak) => jsonReply(200, chatCompletion(`your key is ${leak}`))],
  [
    'an event',
    (leak) =>
      sseReply([
        JSON.stringify({
          choices: [{ index: 0, delta: { content: leak }, finish_reason: 'stop' }],
        }),
      ]),
  ],
]
const CHEAP = FORMS.filter(([form]) =>
  ['as it is', 'with Bearer', 'base64', 'base64url', 'hex', 'HEX', 'url'].includes(form),
)

/** The key or half of it, decoded from whatever form. */
function expectClean(text: string, leak: string): void {
  expect(text).not.toContain(leak)
  expect(text).not.toContain(SECRET)
  expect(text).not.toContain(SECRET.slice(SECRET.length / 2))
}

describe.each(PLACES)('in %s', (_, steps) => {
  test.each(FORMS)(
    'the key is not passed on (%s)',
    async (_, leak) => {
      for (const [, stream] of BOTH) {
        mock.script(() => steps(leak))
        const answer = await ask(gateway, 'leaky', { stream })
        expectClean(answer.text + JSON.stringify([...answer.headers]), leak)
      }
    },
    10_000,
  )
})

/** As an operator does it. A refusal without a code is checked first, so the verdict may come late. */
async function resetKey(): Promise<void> {
  using database = gateway.database()
  mock.script(() => jsonReply(200, chatCompletion('hello')))
  await waitFor('the key to be used again', async () => {
    database.run(
      `UPDATE upstream_keys SET status = 'healthy', failure_count = 0, cooldown_until = NULL`,
    )
    return (await ask(gateway, 'leaky')).status === 200
  })
}

describe.each(REFUSALS)('in a %d that refuses the key', (status) => {
  test.each(FORMS)(
    'the key is not passed on (%s)',
    async (_, leak) => {
      const before = mock.ledger.length
      mock.script(() => refusing(status, leak))
      const answer = await ask(gateway, 'leaky', { stream: leak.length % 2 === 0 })
      expect(mock.ledger.length).toBeGreaterThan(before)
      expect(answer.status).not.toBe(200)
      expectClean(answer.text + JSON.stringify([...answer.headers]), leak)
      await resetKey()
    },
    10_000,
  )
})

describe.each(PASSED)('in %s', (_, steps) => {
  test.each(CHEAP)('the key is not passed on (%s)', async (_, leak) => {
    mock.script(() => steps(leak))
    const answer = await ask(gateway, 'leaky', { stream: steps === PASSED[1]?.[1] })
    expectClean(answer.text, leak)
  })
})

const ESCAPED = [...SECRET].map((sign) => `\\u00${sign.charCodeAt(0).toString(16)}`).join('')

test.each(BOTH)("the key is not passed on in JSON's escapes (%s)", async (_, stream) => {
  const choice = { index: 0, delta: { content: 'it is KEY' }, finish_reason: 'stop' }
  const value = stream ? { choices: [choice] } : chatCompletion('it is KEY')
  const json = JSON.stringify(value).replace('KEY', ESCAPED)
  const head = `HTTP/1.1 200 OK\ncontent-length: ${json.length}`
  mock.script(() => (stream ? sseReply([json]) : rawReply(head, json)))
  const answer = await ask(gateway, 'leaky', { stream })
  expect(answer.status).toBe(200)
  const said = stream ? payloads(answer.text).slice(0, -1) : [answer.text]
  expectClean(JSON.stringify(said.map((text) => JSON.parse(text))), ESCAPED)
})

test('after all that, neither logs, metrics, CLI nor any file of the data folder holds a form of it', async () => {
  const metrics = await fetch(`${gateway.origin}/metrics`, {
    headers: { authorization: `Bearer ${gateway.adminKey}` },
  })
  const listed = await gateway.cli(['upstream', 'list', '--json'])
  const files = readdirSync(gateway.dataDir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => readFileSync(join(parentPath, name)).toString('latin1'))
  const everything = [
    gateway.logs(),
    await metrics.text(),
    listed.stdout,
    listed.stderr,
    ...files,
  ].join('\n')
  expect(everything).toContain('leaky-1')
  for (const [, leak] of FORMS) expectClean(everything, leak)
})

test("nor does anything hold a client's proxy key, right or wrong", async () => {
  const wrong = 'sk-proxy-AbCdEfGhIjKlMnOpQrStUvWxYz012345ABCDEF'
  const refused = await ask(gateway, 'leaky', { headers: { authorization: `Bearer ${wrong}` } })
  expect(refused.status).toBe(401)
  expect(refused.text).not.toContain(wrong)
  expect(gateway.logs()).not.toContain(wrong)
  expect(gateway.logs()).not.toContain(gateway.proxyKey)
  const database = readFileSync(join(gateway.dataDir, 'gpt-proxy.sqlite')).toString('latin1')
  expect(database).not.toContain(gateway.proxyKey)
})
