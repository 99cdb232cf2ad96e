/**
 * Streams of two vendors that are cut at random while many clients ask: no character is lost or said twice, and the
 * usage that a client reads is the one that is recorded and charged. `RANDOM_CUTS=1000` is the long form.
 */
import { afterAll, expect, test } from 'bun:test'
import type { SpokenFormat } from '../../support/spoken/format.ts'
import { SPOKEN } from '../../support/spoken/index.ts'
import { storyOf } from '../../support/spoken/storyteller.ts'
import { seeded, startVendors } from './random-faults.ts'

const CUTS = Number(process.env.RANDOM_CUTS ?? 100)
const SEED = Number(process.env.VENDORS_SEED ?? Date.now() % 1_000_000)
const CLIENTS = 12
const STORY = storyOf(60)
const rig = await startVendors(STORY, { serverErrors: 0, cuts: 0.2, stalls: 0 }, seeded(SEED))
afterAll(() => rig.close(), 20_000)
const { gateway } = rig

interface Told {
  format: SpokenFormat
  requestId: string
  read: ReturnType<SpokenFormat['read']>
}

async function ask(format: SpokenFormat): Promise<Told> {
  const response = await fetch(gateway.origin + format.path(format.name, true), {
    method: 'POST',
    headers: { authorization: `Bearer ${gateway.proxyKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(format.question(format.name, true)),
  })
  const text = await response.text()
  const read = format.read(response.status === 200 ? text : '')
  // Cut four times before anything of the answer.
  if (response.status !== 200) read.errors.push(text)
  return { format, requestId: response.headers.get('x-request-id') ?? '', read }
}

test(
  'streams that are cut at random lose no character and repeat none, and their usage is exact',
  async () => {
    const told: Told[] = []
    let turn = 0
    const client = async () => {
      while (rig.cuts() < CUTS) told.push(await ask(SPOKEN[turn++ % SPOKEN.length] as SpokenFormat))
    }
    await Promise.all(Array.from({ length: CLIENTS }, client))

    const whole = told.filter(({ read }) => read.errors.length === 0)
    console.log(
      `seed ${SEED}: ${rig.cuts()} cuts, ${told.length} streams, ` +
        `${told.length - whole.length} ended with an error after four cuts`,
    )
    for (const { read } of told) {
      expect(read.flaws).toEqual([])
      if (read.errors.length === 0) {
        expect(read.text).toBe(STORY)
        expect(read.reasons).toHaveLength(1)
      } else {
        expect(STORY).toStartWith(read.text)
        expect(read.reasons).toEqual([])
      }
    }
    // Four cuts in a row are one in six hundred.
    expect(told.length - whole.length).toBeLessThanOrEqual(Math.max(3, told.length / 100))
    await expectRecorded(told)
  },
  60_000 + CUTS * 100,
)

/** One record for each request, with the usage that its client got; the quota is charged the sum. */
async function expectRecorded(told: readonly Told[]): Promise<void> {
  let tokens = 0
  for (const { requestId, read } of told) {
    const row = await gateway.usageRow(requestId)
    tokens += Number(row.total_tokens)
    if (read.errors.length > 0) continue
    if (read.usage === null) {
      // Cut between its reason to stop and its usage: the answer is whole, and its tokens are counted here.
      expect([requestId, row.estimated]).toEqual([requestId, 1])
      continue
    }
    const recorded = { input: row.prompt_tokens, output: row.completion_tokens }
    expect({ requestId, ...recorded }).toEqual({ requestId, ...read.usage } as never)
  }
  using database = gateway.database()
  const { count, sum } = database
    .query<{ count: number; sum: number }, []>(
      'SELECT count(*) AS count, sum(total_tokens) AS sum FROM usage_records',
    )
    .get() as { count: number; sum: number }
  expect([count, sum]).toEqual([told.length, tokens])
  const charged = database
    .query<{ sum: number }, []>('SELECT sum(total_tokens) AS sum FROM usage_daily')
    .get()
  expect(charged?.sum).toBe(tokens)
}
