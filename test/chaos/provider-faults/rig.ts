/** One gateway with two upstreams for each format. Each fault has a model of its own, so that none spoils another's. */
import { type Gateway, startGateway } from '../../support/gateway.ts'
import { jsonReply } from '../../support/mock/mock-replies.ts'
import {
  type Exchange,
  type MockUpstream,
  startMockUpstream,
} from '../../support/mock/mock-upstream.ts'
import type { SpokenFormat } from '../../support/spoken/format.ts'
import { SPOKEN, spokenAt } from '../../support/spoken/index.ts'
import { storyOf, storyteller } from '../../support/spoken/storyteller.ts'
import { waitFor } from '../../support/waiting.ts'
import { FAULTS, type Fault } from './faults.ts'
import { sound } from './replies.ts'

export const STORY = storyOf(40)

export interface FaultRig {
  gateway: Gateway
  mock: MockUpstream
  close(): Promise<void>
}

/** What takes minutes by default. */
const SHORTER_WAITS = {
  UPSTREAM_FIRST_BYTE_TIMEOUT_MS: '1500',
  UPSTREAM_STANDBY_FIRST_BYTE_TIMEOUT_MS: '800',
  UPSTREAM_IDLE_TIMEOUT_MS: '800',
}

export interface Case {
  format: SpokenFormat
  fault: Fault
  stream: boolean
  /** What the standby speaks: the client's format, or another vendor's. */
  standby: SpokenFormat
}

export const CASES: readonly Case[] = SPOKEN.flatMap((format, at) => {
  const other = SPOKEN[(at + 1) % SPOKEN.length] as SpokenFormat
  return FAULTS.flatMap((fault) =>
    [false, true].flatMap((stream) =>
      [format, other].map((standby) => ({ format, fault, stream, standby })),
    ),
  )
})

export const modelOf = ({ format, fault, stream, standby }: Case) =>
  `${format.name}-${FAULTS.indexOf(fault)}-${stream ? 'streamed' : 'whole'}-${standby.name}`

export async function startFaultRig(): Promise<FaultRig> {
  const mock = await startMockUpstream()
  mock.script(script())
  const gateway = await startGateway({
    upstreams: SPOKEN.flatMap((format) =>
      ['first', 'standby'].map((role) => ({
        name: `${role}-${format.name}`,
        key: `sk-${role}-${format.name}-h7Kq2Zt9Wv4`,
        provider: format.provider,
        baseUrl: baseUrlOf(mock, role, format),
        models: SPOKEN.map(({ name }) => `${name}-*`),
      })),
    ),
    env: { ...SHORTER_WAITS, DRAIN_SECONDS: '2' },
  })
  await defineModels(gateway)
  return {
    gateway,
    mock,
    async close() {
      mock.dropConnections()
      await gateway.stop()
      await mock.close()
    },
  }
}

function baseUrlOf({ port }: MockUpstream, role: string, { protocol }: SpokenFormat): string {
  const version = protocol === 'openai' || protocol === 'responses' ? '/v1' : ''
  return `http://127.0.0.1:${port}/${role}${version}`
}

/** As rows, because a command for each would take minutes. */
async function defineModels(gateway: Gateway): Promise<void> {
  using database = gateway.database()
  const model = database.prepare('INSERT INTO models (name, fallback_on_filter) VALUES (?, ?)')
  const target = database.prepare(
    `INSERT INTO model_targets (model, position, upstream, target_model, priority, context_tokens)
     VALUES (?, ?, ?, ?, ?, ?)`,
  )
  let last = ''
  for (const given of CASES) {
    const { format, fault, standby } = given
    const name = modelOf(given)
    model.run(name, fault.fallbackOnFilter === true ? 1 : 0)
    target.run(name, 0, `first-${format.name}`, name, 0, 200_000)
    target.run(name, 1, `standby-${standby.name}`, name, 1, fault.standbyContext ?? 200_000)
    last = name
  }
  await waitFor(`the model ${last}`, async () => {
    const headers = { authorization: `Bearer ${gateway.proxyKey}` }
    return (await fetch(`${gateway.baseUrl}/models/${last}`, { headers })).status === 200
  })
}

function script() {
  const counts = new Map<string, number>()
  return (exchange: Exchange) => {
    // A model list.
    if (exchange.method === 'GET') return jsonReply(404, { error: { message: 'not here' } })
    const format = spokenAt(exchange.path)
    const body = JSON.parse(exchange.body)
    const model: string = body.model ?? /models\/([^:]+):/.exec(exchange.path)?.[1] ?? ''
    const fault = FAULTS[Number(model.split('-')[1])] as Fault
    const stream = body.stream === true || exchange.path.includes(':stream')
    const isFirst = exchange.path.startsWith('/first')
    const teller = storyteller(STORY, {
      id: isFirst ? 'first' : 'second',
      refusesPrefill: !isFirst && fault.refusesPrefill === true,
    })
    const asked = { format, stream, answer: teller.answer(format, body) }
    if (!isFirst) return sound(asked)
    const nth = counts.get(model) ?? 0
    counts.set(model, nth + 1)
    return fault.first(asked, nth)
  }
}
