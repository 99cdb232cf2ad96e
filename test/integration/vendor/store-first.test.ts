/** To which target a request for a response goes first: one that keeps it, if the client wants that. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test'
import { type Gateway, startGateway } from '../../support/gateway.ts'
import { jsonReply } from '../../support/mock/mock-replies.ts'
import { type MockUpstream, startMockUpstream } from '../../support/mock/mock-upstream.ts'
import { spokenAt } from '../../support/spoken/index.ts'
import { waitFor } from '../../support/waiting.ts'

let mock: MockUpstream
let gateway: Gateway
let failing: readonly string[] = []
const placeOf = (path: string) => path.split('/')[1] ?? ''

beforeAll(async () => {
  mock = await startMockUpstream()
  mock.script(({ method, path, body }) => {
    if (method === 'GET' || failing.includes(placeOf(path)))
      return jsonReply(404, { error: { message: 'no', code: 'model_not_found' } })
    const answer = {
      id: `resp_${mock.ledger.length}`,
      pieces: ['Hi'],
      usage: { input: 1, output: 1 },
    }
    const format = spokenAt(path)
    if (JSON.parse(body).stream === true) throw new Error('no stream is asked for')
    return jsonReply(200, format.whole(answer))
  })
  const at = (place: string) => `http://127.0.0.1:${mock.port}/${place}`
  gateway = await startGateway({
    upstreams: [
      { name: 'claude', provider: 'anthropic', baseUrl: at('claude'), models: ['c-*'] },
      { name: 'spare', provider: 'openai', baseUrl: `${at('spare')}/v1`, models: ['s-*'] },
      { name: 'keeper', provider: 'openai', baseUrl: `${at('keeper')}/v1`, models: ['k-*'] },
    ],
  })
  // One model for each test: a key that lacks a model is not asked for it again.
  for (const name of ['one', 'two', 'three', 'four']) {
    const names = [`c-${name}@claude`, `k-${name}@keeper`, `s-${name}@spare`]
    await gateway.cli(['model', 'set', name, ...names.flatMap((each) => ['--target', each])])
  }
  await waitFor('the models', async () => (await ask('four', { store: false })).status === 200)
}, 60_000)
afterAll(async () => {
  await gateway.stop()
  await mock.close()
}, 60_000)
beforeEach(() => {
  mock.ledger.length = 0
  failing = []
})

async function ask(model: string, more: object) {
  const from = mock.ledger.length
  const response = await fetch(`${gateway.baseUrl}/responses`, {
    method: 'POST',
    headers: { authorization: `Bearer ${gateway.proxyKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model, input: 'Hi', ...more }),
  })
  await response.text()
  const sent = mock.ledger.slice(from).filter(({ method }) => method === 'POST')
  return { status: response.status, sent: sent.map(({ path }) => placeOf(path)) }
}

test.each([{}, { store: true }])(
  'a response that is to be kept goes to a target that keeps it: %p',
  async (more) => {
    expect(await ask('one', more)).toEqual({ status: 200, sent: ['keeper'] })
  },
)

test('among those that keep it, the order of the targets counts, and the others come last', async () => {
  failing = ['keeper', 'spare']
  expect(await ask('two', { store: true })).toEqual({
    status: 200,
    sent: ['keeper', 'spare', 'claude'],
  })
})

test('with store: false only the order of the targets counts', async () => {
  expect(await ask('one', { store: false })).toEqual({ status: 200, sent: ['claude'] })
})

test('a response in the background goes to no target that can not keep it', async () => {
  failing = ['keeper', 'spare']
  const { status, sent } = await ask('three', { background: true, store: true })
  expect([status, sent]).toEqual([404, ['keeper', 'spare']])
})
