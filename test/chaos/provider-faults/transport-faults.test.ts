/**
 * Faults below the wire formats, with a standby: clients of each format, at upstreams of each format, get the whole
 * answer once, and the usage that they read is what is recorded. Each fault meets each upstream format with one format of
 * clients; `TRANSPORT_FAULTS=all` is the long form, with all of them.
 */
import { afterAll, describe, expect, test } from 'bun:test'
import type { AttemptNote } from '../../../src/usage/record.ts'
import { type Gateway, startGateway } from '../../support/gateway.ts'
import { jsonReply } from '../../support/mock/mock-replies.ts'
import { startMockUpstream } from '../../support/mock/mock-upstream.ts'
import type { SpokenFormat, SpokenWire } from '../../support/spoken/format.ts'
import { SPOKEN, WIRES, wireAt } from '../../support/spoken/index.ts'
import { PICTURE, questionWithPicture } from '../../support/spoken/picture.ts'
import { storyOf, storyteller } from '../../support/spoken/storyteller.ts'
import { AWS } from '../../support/vendors/model-hosts.ts'
import { ODD_REPLIES } from './odd-replies.ts'
import { sound } from './replies.ts'
import { TRANSPORT_FAULTS, type TransportFault } from './transport-faults.ts'

const STORY = storyOf(20)
const FAULTS = [...TRANSPORT_FAULTS, ...ODD_REPLIES]
const ALL = process.env.TRANSPORT_FAULTS === 'all'

interface Case {
  client: SpokenFormat
  /** Of the upstreams. */
  wire: SpokenWire
  fault: TransportFault
  stream: boolean
}

const modelOf = ({ client, wire, fault, stream }: Case) =>
  `${wire.name}-${client.name}-${FAULTS.indexOf(fault)}-${stream ? 'streamed' : 'whole'}`

const OPENAI: ReadonlySet<string> = new Set(['chat', 'responses'])

const mock = await startMockUpstream()
/** The upstream that was asked first for a model; it alone fails. */
const firstAsked = new Map<string, string>()
mock.script((exchange) => {
  if (exchange.method === 'GET') return jsonReply(404, { error: { message: 'not here' } })
  if (!exchange.body.includes(PICTURE)) return jsonReply(400, { error: { message: 'no picture' } })
  const format = wireAt(exchange.path)
  const body = JSON.parse(exchange.body)
  const model: string = body.model ?? /models?\/([^:/]+)[:/]/.exec(exchange.path)?.[1] ?? ''
  const place = exchange.path.split('/')[1] as string
  if (!firstAsked.has(model)) firstAsked.set(model, place)
  const isFirst = firstAsked.get(model) === place
  const stream = body.stream === true || /:stream|-stream$/.test(exchange.path)
  const answer = storyteller(STORY, { id: isFirst ? 'first' : 'second' }).answer(format, body)
  const asked = { format, stream, answer }
  const fault = FAULTS[Number(model.split('-')[2])] as TransportFault
  return isFirst ? fault.steps(asked) : sound(asked)
})
const gateway: Gateway = await startGateway({
  upstreams: WIRES.flatMap((wire) =>
    ['one', 'two'].map((role) => ({
      name: `${role}-${wire.name}`,
      key: wire.name === 'converse' ? AWS : `sk-${role}-${wire.name}-h7Kq2Zt9Wv4`,
      provider: wire.provider,
      baseUrl: `http://127.0.0.1:${mock.port}/${role}${OPENAI.has(wire.name) ? '/v1' : ''}`,
      models: [`${wire.name}-*`],
      ...(wire.name === 'responses' && { protocol: 'responses' as const }),
    })),
  ),
  env: {
    UPSTREAM_FIRST_BYTE_TIMEOUT_MS: '6000',
    UPSTREAM_STANDBY_FIRST_BYTE_TIMEOUT_MS: '4000',
    UPSTREAM_IDLE_TIMEOUT_MS: '3000',
    CIRCUIT_BREAKER_THRESHOLD: '1000000',
    DRAIN_SECONDS: '2',
  },
})
afterAll(async () => {
  mock.dropConnections()
  await gateway.stop()
  await mock.close()
}, 60_000)

async function ask(given: Case) {
  const { client, stream } = given
  const model = modelOf(given)
  const response = await fetch(gateway.origin + client.path(model, stream), {
    method: 'POST',
    headers: { authorization: `Bearer ${gateway.proxyKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(questionWithPicture(client, model, stream)),
  })
  const text = await response.text()
  expect([response.status, response.status === 200 ? '' : text]).toEqual([200, ''])
  return { text, row: await gateway.usageRow(response.headers.get('x-request-id') ?? '') }
}

const CASES = SPOKEN.flatMap((client) =>
  WIRES.flatMap((wire) =>
    [false, true].map((stream) => ({
      client,
      wire,
      stream,
      ...{ dialect: client.name, upstreams: wire.name, way: stream ? 'streamed' : 'whole' },
    })),
  ),
)

describe.concurrent.each(CASES)('$dialect at $upstreams, $way', ({ client, wire, stream, way }) => {
  const turn = SPOKEN.indexOf(client) + WIRES.indexOf(wire)
  const faults = FAULTS.filter(
    ({ only }, at) =>
      (only === undefined || only === way) && (ALL || (at + turn) % SPOKEN.length === 0),
  )
  test.each(faults)(
    '$name',
    async (fault) => {
      const given = { client, wire, fault, stream }
      const { text, row } = await ask(given)
      if (stream) {
        const read = client.read(text)
        expect(read).toMatchObject({ text: STORY, errors: [], flaws: [] })
        expect(read.reasons).toHaveLength(1)
        if (read.usage !== null)
          expect([row.prompt_tokens, row.completion_tokens]).toEqual([
            read.usage.input,
            read.usage.output,
          ])
      } else expect(client.readWhole(JSON.parse(text))).toBe(STORY)
      expect(row.outcome).toBe('ok')
      const attempts: AttemptNote[] = JSON.parse(String(row.attempt_log))
      expect(new Set(attempts.map(({ upstream }) => upstream)).size).toBe(fault.harmless ? 1 : 2)
    },
    60_000,
  )
})
