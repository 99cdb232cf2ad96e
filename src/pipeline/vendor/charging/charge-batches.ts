/** Looks at all batches, and responses in the background, that are not charged yet, and charges those that ended. */
import type { ObjectStore, OpenBatch } from '../../../passthrough/objects.ts'
import type { Services } from '../../services.ts'
import { type Charge, type ChargeServices, chargeObject, SILENCE_MS } from './charge-object.ts'
import { recordIdOf } from './charged-kinds.ts'

type RoundServices = ChargeServices & Pick<Services, 'logger' | 'clock'>

const PAGE = 500
/** A few that hang must not hold up the others. */
const AT_ONCE = 8
/** One that can't be charged is asked about ever less often. */
const FIRST_PAUSE_MS = 30_000
const MAX_PAUSE_MS = 3_600_000
/** Vendors forget a batch after a month; until then it may still be looked for. */
const GIVEN_UP_AFTER_MS = 40 * 24 * 3_600_000

interface Failures {
  count: number
  notBeforeMs: number
}

export interface Charger {
  /** Called periodically, when the last round is over. */
  round(): Promise<void>
}

export function createCharger(services: RoundServices, silenceMs = SILENCE_MS): Charger {
  let failures = new Map<string, Failures>()

  const failed = (batch: OpenBatch, error: unknown) => {
    const { logger, clock } = services
    const name = recordIdOf(batch)
    const count = (failures.get(name)?.count ?? 0) + 1
    const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** (count - 1), MAX_PAUSE_MS)
    failures.set(name, { count, notBeforeMs: clock.nowMs() + pauseMs })
    logger.warn({ batch: batch.id, error: String(error) }, 'batch not charged yet')
  }

  const look = async (batch: OpenBatch) => {
    try {
      const charge = await chargeObject(services, batch, silenceMs)
      failures.delete(recordIdOf(batch))
      if (isOver(charge, batch)) await close(services, batch, charge)
    } catch (error) {
      failed(batch, error)
      if (isOld(services, batch)) await close(services, batch, 'gone')
    }
  }

  const isOver = (charge: Charge, batch: OpenBatch) =>
    charge === 'charged' || (charge === 'gone' && isLost(services, batch))

  return {
    async round() {
      const open = await allOpen(services.objects)
      const names = new Set(open.map(recordIdOf))
      failures = new Map([...failures].filter(([name]) => names.has(name)))
      const now = services.clock.nowMs()
      const tries = (batch: OpenBatch) => failures.get(recordIdOf(batch))?.count ?? 0
      const due = open
        .filter((batch) => (failures.get(recordIdOf(batch))?.notBeforeMs ?? 0) <= now)
        .toSorted((one, other) => tries(one) - tries(other))
        .values()
      const work = async () => {
        for (const batch of due) await look(batch)
      }
      await Promise.all(Array.from({ length: AT_ONCE }, work))
    },
  }
}

/** All of them: with a bound, those that never end would block later ones. */
async function allOpen(objects: ObjectStore): Promise<OpenBatch[]> {
  const open: OpenBatch[] = []
  for (;;) {
    const page = await objects.openBatches(PAGE, open.at(-1) ?? null)
    open.push(...page)
    if (page.length < PAGE) return open
  }
}

/** A key that was removed may be added again; the vendor's own word is final. */
function isLost(services: RoundServices, batch: OpenBatch): boolean {
  const isThere = services.directory
    .allUpstreams()
    .some(({ key }) => key.id === batch.upstreamKeyId)
  return isThere || isOld(services, batch)
}

function isOld({ clock }: RoundServices, { createdAtMs }: OpenBatch): boolean {
  return clock.nowMs() - createdAtMs > GIVEN_UP_AFTER_MS
}

async function close(services: RoundServices, batch: OpenBatch, charge: Charge): Promise<void> {
  if (charge === 'gone')
    services.logger.warn({ batch: batch.id }, 'batch not charged: its upstream no longer has it')
  await services.objects.closeBatch(batch)
}
