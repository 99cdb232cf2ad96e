/**
 * The sixteen faults of providers, for whole answers and for streams, in each of the four formats: with a standby, of the
 * same vendor or of another one, a client sees none of them. Settings are the default ones, except that waits are shorter.
 */
import { afterAll, describe, expect, test } from 'bun:test'
import type { UsageRow } from '../asking.ts'
import { FAULTS } from './faults.ts'
import { CASES, type Case, modelOf, STORY, startFaultRig } from './rig.ts'

const rig = await startFaultRig()
const { gateway } = rig
const score = new Map<string, number>()
afterAll(async () => {
  for (const [name, recovered] of score)
    console.log(`${name}: ${recovered} of ${FAULTS.length} faults recovered`)
  await rig.close()
}, 60_000)

async function ask(given: Case) {
  const { format, stream } = given
  const model = modelOf(given)
  const response = await fetch(gateway.origin + format.path(model, stream), {
    method: 'POST',
    headers: { authorization: `Bearer ${gateway.proxyKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(format.question(model, stream)),
  })
  const text = await response.text()
  const requestId = response.headers.get('x-request-id') ?? ''
  return {
    response,
    text,
    row: async () => (await gateway.usageRow(requestId)) as unknown as UsageRow,
  }
}

async function expectWholeAnswer(given: Case): Promise<UsageRow> {
  const { format, stream } = given
  const { response, text, row } = await ask(given)
  expect([response.status, response.status === 200 ? '' : text]).toEqual([200, ''])
  if (stream) {
    const read = format.read(text)
    expect(read).toMatchObject({ text: STORY, errors: [], flaws: [] })
    expect(read.reasons).toHaveLength(1)
  } else expect(format.readWhole(JSON.parse(text))).toBe(STORY)
  return row()
}

const NAMED = CASES.map((given) => ({
  ...given,
  dialect: given.format.name,
  way: given.stream ? 'streamed' : 'whole',
  what: given.fault.name,
  by: given.standby.name,
}))

describe.concurrent.each(NAMED)('$dialect, $way, standby of $by: $what', (named) => {
  const { dialect, way, by, ...given } = named
  test('recovers fully', async () => {
    for (let request = 0; request < (given.fault.requests ?? 1); request++) {
      const row = await expectWholeAnswer(given)
      expect(row.outcome).toBe('ok')
      if (given.what === 'accounting after fail-over') expectOnceCharged(row)
    }
    const name = `${dialect}, ${way}, standby of ${by}`
    score.set(name, (score.get(name) ?? 0) + 1)
  }, 60_000)
})

/** As counted by the upstream that answered: two words in, forty out. */
function expectOnceCharged(row: UsageRow): void {
  expect(row).toMatchObject({ attempts: 2, prompt_tokens: 2, completion_tokens: 40, estimated: 0 })
  expect(row.upstream).toStartWith('standby-')
}
