/**
 * Random requests, faults and departures on one gateway: whatever becomes of each, its slots, its quota and its upstream
 * connections are given back, and it has one record. `HELD_REQUESTS=20000` is the long form.
 */
import { expect, test } from 'bun:test'
import { GatewayError } from '../../src/core/errors.ts'
import type { Cap } from '../../src/limits/cap.ts'
import { createInFlight } from '../../src/limits/in-flight.ts'
import type { SharedSlots } from '../../src/limits/shared-slots.ts'
import { createSlots } from '../../src/limits/slots.ts'
import { openAccount } from '../../src/quota/account.ts'
import type { Quotas } from '../../src/quota/quota.ts'
import { createHedgeBudget } from '../../src/upstreams/retry-budget.ts'
import { TransportError } from '../../src/upstreams/transport.ts'
import { modelOf, modelTarget, upstreamKey } from '../support/in-process/entities.ts'
import { DONE, inProcess, piece, streamed, usageEvent } from '../support/in-process/gateway.ts'
import type { Part, ScriptedReply } from '../support/in-process/scripted-transport.ts'
import { waitFor } from '../support/waiting.ts'
import { seeded } from './provider-faults/random-faults.ts'

const REQUESTS = Number(process.env.HELD_REQUESTS ?? 800)
const SEED = Number(process.env.HELD_SEED ?? Date.now() % 1_000_000)
const AT_A_TIME = 36
const OWNERS = ['key:1', 'user:1', 'ip:127.0.0.1', 'upstream:1', 'upstream:2', 'upstream:3']

/** Redis as instances see it: late now and then, gone for a while, and back. */
function sharedCounts(random: () => number) {
  const counts = new Map<string, number>()
  const add = (owners: readonly string[], by: number) => {
    for (const owner of owners) counts.set(owner, (counts.get(owner) ?? 0) + by)
  }
  let calls = 0
  const shared: SharedSlots = {
    get standing() {
      return calls++ % 97 < 90
    },
    async take(caps) {
      await Bun.sleep(random() < 0.1 ? 5 : 0)
      if (random() < 0.05) throw new Error('Redis is lost')
      const full = caps.findIndex(({ owner, max }: Cap) => (counts.get(owner) ?? 0) >= max)
      if (full >= 0) return full
      add(
        caps.map(({ owner }) => owner),
        1,
      )
      return null
    },
    waitFor() {},
    stopWaiting() {},
    holdAlone(caps) {
      add(
        caps.map(({ owner }) => owner),
        1,
      )
      return null
    },
    give: (owners) => add(owners, -1),
  }
  return { shared, held: () => [...counts.values()].filter((count) => count !== 0) }
}

const ACCOUNT = openAccount(1, { year: 2026, month: 11 })

function countedQuota(random: () => number) {
  let held = 0
  const quotas: Pick<Quotas, 'hold' | 'settle' | 'release' | 'remaining'> = {
    hold(_, tokens) {
      if (random() < 0.03) throw new GatewayError('insufficient_quota', 'spent')
      held += tokens
      return { account: ACCOUNT, tokens }
    },
    settle: ({ tokens }) => {
      held -= tokens
    },
    release: ({ tokens }) => {
      held -= tokens
    },
    remaining: () => 1,
  }
  return { quotas: quotas as Quotas, held: () => held }
}

/** What an upstream does, by chance. */
function fateOf(random: () => number): ScriptedReply | TransportError {
  const fate = random()
  const words: Part[] = [piece('one '), piece('two ')]
  const wait: Part = { waitMs: Math.floor(random() * 40) }
  if (fate < 0.1)
    return { status: [500, 503, 429, 400, 401][Math.floor(random() * 5)] as number, body: '{}' }
  if (fate < 0.15) return new TransportError('refused', 'connection refused', false)
  if (fate < 0.2) return { body: ['stall'] }
  if (fate < 0.3) return { body: [...words, wait, 'cut'] }
  if (fate < 0.35) return { body: [...words, 'stall'] }
  if (fate < 0.4) return { body: [wait, 'cut'] }
  return { body: [wait, ...words, wait, piece('', 'stop'), usageEvent, DONE] }
}

test(
  'nothing is held once all requests are over',
  async () => {
    const random = seeded(SEED)
    const { shared, held } = sharedCounts(random)
    const { quotas, held: reserved } = countedQuota(random)
    const queue = { timeoutMs: 60, max: 20 }
    const slots = createSlots({ shared, failOpen: true })
    const caps = (max: number) => ({ max, shared: true })
    const inFlight = createInFlight({
      ...{ perKey: caps(30), perUser: caps(25), perAddress: caps(28), queue, slots },
      addressOf: () => '127.0.0.1',
    })
    const targets = [1, 2, 3].map((id) => modelTarget(id, { priority: id, maxInFlight: 8 }))
    const mirror = modelTarget(3, { mirrorPercent: 30 })
    const hedged = { firstTokenMs: 15, firstTokenAction: 'hedge' } as const
    const gateway = await inProcess(() => fateOf(random), {
      upstreams: [1, 2, 3].map((id) => upstreamKey(id, { maxInFlight: 10 })),
      models: [
        modelOf([...targets, mirror], { name: 'hedged', ...hedged }),
        modelOf([...targets, mirror], { name: 'replaced', firstTokenMs: 20 }),
      ],
      limits: { idleMs: 40, firstByteMs: 80, standbyFirstByteMs: 40, requestMs: 600 },
      services: { slots, inFlight, queue, quotas, random, hedgeBudget: createHedgeBudget(0.5) },
    })
    const { services, kept } = gateway
    const { latencies, health } = services
    // Breakers would soon let nothing pass.
    health.failed = () => {}
    const started = latencies.started.bind(latencies)
    latencies.started = (name) => {
      // A fault of the gateway's own.
      if (random() < 0.03) throw new Error('injected')
      started(name)
    }

    const client = async () => {
      while (kept.begun.length < REQUESTS) {
        const model = random() < 0.5 ? 'hedged' : 'replaced'
        const stream = random() < 0.7
        const leavesAt = random() < 0.3 ? Math.floor(random() * 3) : -1
        const headers = random() < 0.1 ? { 'x-gpt-proxy-timeout-ms': '30' } : {}
        let writes = 0
        const onWrite = (_: string, leave: () => void) => {
          if (writes++ === leavesAt) leave()
        }
        await gateway
          .ask(streamed({ model, stream }), { headers, onWrite })
          .catch(async (error) => {
            if (!(error instanceof GatewayError)) throw error
            await Bun.sleep(1)
          })
      }
    }
    await Promise.all(Array.from({ length: AT_A_TIME }, client))
    await waitFor('the copies to be over', () => kept.begun.length === kept.records.length)

    console.log(
      `seed ${SEED}: ${kept.records.length} records, ${gateway.transport.sent.length} sent`,
    )
    expect(inFlight.count()).toBe(0)
    expect([slots.waiting(), ...OWNERS.map((owner) => slots.held(owner))]).toEqual(Array(7).fill(0))
    expect(held()).toEqual([])
    expect(reserved()).toBe(0)
    const ids = kept.records.map(({ requestId }) => requestId)
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids.toSorted()).toEqual(kept.begun.map(({ requestId }) => requestId).toSorted())
  },
  60_000 + REQUESTS * 20,
)
