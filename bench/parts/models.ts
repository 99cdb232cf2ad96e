/**
 * CPU of the stages for a request to a model with three targets, compared with one to a plain name:
 * `npx bun bench/parts/models.ts [ROUNDS]`. In one process without sockets, in alternating rounds.
 */

import { modelOf, modelTarget, upstreamKey } from '../../test/support/in-process/entities.ts'
import { chat, completion, inProcess } from '../../test/support/in-process/gateway.ts'
import { median, rounded } from '../rig/figures.ts'

const ROUNDS = Number(process.argv[2] ?? 30)
const REQUESTS = 2_000
const reply = completion('hello')

/** The first key serves a plain name alone, and is the first target of the model. */
const upstreams = [
  upstreamKey(1, { models: ['plain', 'fast', 'm'] }),
  upstreamKey(2, { models: ['fast', 'm'] }),
  upstreamKey(3, { models: ['fast', 'm'] }),
]
const targets = (model: string) => upstreams.map(({ id }) => modelTarget(id, { model }))
const gateway = await inProcess(() => ({ body: reply }), {
  upstreams,
  models: [modelOf(targets('fast')), modelOf(targets('m'), { name: 'renamed' })],
})

interface Side {
  model: string
  figures: number[]
}
const sides: readonly Side[] = ['plain', 'fast', 'renamed'].map((model) => ({ model, figures: [] }))

/** Microseconds of CPU for each request. */
async function measured({ model }: Side): Promise<number> {
  const body = JSON.stringify(chat({ model }))
  const before = process.cpuUsage()
  for (let request = 0; request < REQUESTS; request++) await gateway.ask(body)
  const { user, system } = process.cpuUsage(before)
  gateway.kept.records.length = 0
  gateway.kept.begun.length = 0
  gateway.transport.sent.length = 0
  return (user + system) / REQUESTS
}

// The compiler's own time is in the first rounds.
for (let round = 0; round < 3; round++) for (const side of sides) await measured(side)
for (let round = 0; round < ROUNDS; round++) {
  const order = round % 2 === 0 ? sides : sides.toReversed()
  for (const side of order) side.figures.push(await measured(side))
}
const [plain = 0, ...others] = sides.map(({ figures }) => median(figures))
console.log(`plain name: ${rounded(plain)} µs of CPU`)
for (const [at, what] of [
  'model with three targets',
  'the same, with another name there',
].entries()) {
  const cost = others[at] ?? 0
  console.log(`${what}: ${rounded(cost)} µs, ${rounded(cost - plain)} more`)
}
