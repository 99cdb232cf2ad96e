/**
 * One gateway whose models each have two targets: the first speaks the client's own format, the second another vendor's.
 * Each test has a model of its own, so that no breaker of one affects another.
 */
import { type Gateway, startGateway } from '../../support/gateway.ts'
import { jsonReply } from '../../support/mock/mock-replies.ts'
import {
  type Exchange,
  type MockUpstream,
  type Step,
  startMockUpstream,
} from '../../support/mock/mock-upstream.ts'
import type { SpokenFormat } from '../../support/spoken/format.ts'
import { SPOKEN, spokenAt } from '../../support/spoken/index.ts'
import { storyOf, storyteller } from '../../support/spoken/storyteller.ts'
import { waitFor } from '../../support/waiting.ts'
import { type Asked, sound } from './replies.ts'

export const STORY = storyOf(20)

/** How a model is defined. */
export interface TargetsOf {
  /** The second target's window; the first one's is 200,000 tokens. Null: unknown. */
  context?: number | null
  fallbackOnFilter?: boolean
  /** Both targets are the same model. */
  sameModel?: boolean
}

type Place = 'first' | 'second'

export interface Outcome {
  status: number
  text: string
  /** The targets that were asked, in order. */
  sent: Place[]
}

export interface TargetRig {
  gateway: Gateway
  mock: MockUpstream
  /** What a target answers in place of the story, until the next call. */
  failing(faults: Partial<Record<Place, (asked: Asked, nth: number) => Step[]>>): void
  ask(model: ModelCase, headers?: Record<string, string>): Promise<Outcome>
  close(): Promise<void>
}

/** One model: of a client's format, for one test, asked for streams or not. */
export interface ModelCase {
  format: SpokenFormat
  name: string
  stream: boolean
}

export const modelOf = ({ format, name, stream }: ModelCase) =>
  `of-${format.name}-${name}-${stream ? 'streamed' : 'whole'}`

/** Every case in each format, for streams and for whole answers. */
export const FORMS = SPOKEN.flatMap((format) =>
  [false, true].map((stream) => ({
    format,
    stream,
    dialect: format.name,
    way: stream ? 'streamed' : 'whole',
  })),
)

export async function startTargets(models: Record<string, TargetsOf>): Promise<TargetRig> {
  const mock = await startMockUpstream()
  let faults: Parameters<TargetRig['failing']>[0] = {}
  let asked = { first: 0, second: 0 }
  mock.script((exchange) => {
    // A list of models.
    if (exchange.method === 'GET') return jsonReply(404, { error: { message: 'not here' } })
    const request = askedBy(exchange)
    const place = placeOf(exchange)
    return faults[place]?.(request, asked[place]++) ?? sound(request)
  })
  const gateway = await startGateway({ upstreams: upstreamsAt(mock), env: { DRAIN_SECONDS: '2' } })
  await defineModels(gateway, models)
  return {
    gateway,
    mock,
    failing(next) {
      faults = next
      asked = { first: 0, second: 0 }
    },
    async ask(model, headers = {}) {
      const from = mock.ledger.length
      const { format, stream } = model
      const name = modelOf(model)
      const response = await fetch(gateway.origin + format.path(name, stream), {
        method: 'POST',
        headers: {
          authorization: `Bearer ${gateway.proxyKey}`,
          'content-type': 'application/json',
          ...headers,
        },
        body: JSON.stringify(format.question(name, stream)),
      })
      const text = await response.text()
      const sent = mock.ledger.slice(from).filter(({ method }) => method === 'POST')
      return { status: response.status, text, sent: sent.map(placeOf) }
    },
    async close() {
      mock.dropConnections()
      await gateway.stop()
      await mock.close()
    },
  }
}

/** The story, as a client of this format reads it from a reply. */
export function storyIn(text: string, { format, stream }: Pick<ModelCase, 'format' | 'stream'>) {
  return stream ? format.read(text).text : format.readWhole(JSON.parse(text))
}

/** All four formats have the message of an error in the same place. */
export function messageIn(text: string): string {
  return JSON.parse(text).error.message
}

const placeOf = ({ path }: Exchange): Place => (path.startsWith('/first') ? 'first' : 'second')

function askedBy(exchange: Exchange): Asked {
  const format = spokenAt(exchange.path)
  const body = JSON.parse(exchange.body)
  const stream = body.stream === true || exchange.path.includes(':stream')
  return { format, stream, answer: storyteller(STORY).answer(format, body) }
}

function upstreamsAt({ port }: MockUpstream) {
  return SPOKEN.flatMap((format, at) => {
    const other = SPOKEN[(at + 1) % SPOKEN.length] as SpokenFormat
    return [['first', format] as const, ['second', other] as const].map(([place, spoken]) => ({
      name: `${place}-${format.name}`,
      key: `sk-${place}-${format.name}-h7Kq2Zt9Wv4`,
      provider: spoken.provider,
      baseUrl: `http://127.0.0.1:${port}/${place}${isOpenAi(spoken) ? '/v1' : ''}`,
      models: [`of-${format.name}-*`],
    }))
  })
}

const isOpenAi = ({ protocol }: SpokenFormat) => protocol === 'openai' || protocol === 'responses'

/** As rows, because a command for each would take minutes. */
async function defineModels(gateway: Gateway, models: Record<string, TargetsOf>): Promise<void> {
  using database = gateway.database()
  const model = database.prepare('INSERT INTO models (name, fallback_on_filter) VALUES (?, ?)')
  const target = database.prepare(
    `INSERT INTO model_targets (model, position, upstream, target_model, priority, context_tokens)
     VALUES (?, ?, ?, ?, ?, ?)`,
  )
  let last = ''
  for (const [name, options] of Object.entries(models)) {
    const { context = null, fallbackOnFilter = false, sameModel = false } = options
    for (const { format, stream } of FORMS) {
      last = modelOf({ format, name, stream })
      const second = sameModel ? `${last}-small` : `${last}-large`
      model.run(last, fallbackOnFilter ? 1 : 0)
      target.run(last, 0, `first-${format.name}`, `${last}-small`, 0, 200_000)
      target.run(last, 1, `second-${format.name}`, second, 1, context)
    }
  }
  await waitFor(`the model ${last}`, async () => {
    const headers = { authorization: `Bearer ${gateway.proxyKey}` }
    return (await fetch(`${gateway.baseUrl}/models/${last}`, { headers })).status === 200
  })
}
