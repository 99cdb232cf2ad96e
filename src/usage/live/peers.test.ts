/** What instances send each other for the live view, and when. */
import { expect, test } from 'bun:test'
import type { Caller } from '../../access/caller.ts'
import type { RequestQuery } from '../console-reports.ts'
import { lostRecord } from '../journal-entry.ts'
import { createLive } from './live.ts'
import type { LiveRow, Refusal } from './live-row.ts'
import { createLivePeers, noPeers } from './peers.ts'

const CALLER = { user: { id: 1, username: 'u' }, key: { id: 1, name: 'k' } } as Caller

function refusalOf(requestId: string): Refusal {
  return {
    ...{ requestId, startedAtMs: 0, durationMs: 1, caller: CALLER, model: 'm', message: '' },
    ...{ endpoint: 'chat/completions', stream: false, status: 429, code: 'c', figures: [] },
  }
}

function recordOf(requestId: string) {
  return lostRecord({
    ...{ requestId, startedAtMs: 0, userId: 1, apiKeyId: 1, endpoint: 'chat/completions' },
    ...{ model: 'm', stream: false, tokens: 1, reservedTokens: 0 },
  })
}

const ALL: RequestQuery = {
  ...{ userId: null, apiKeyId: null, model: null, upstream: null, outcome: null },
  ...{ minStatus: 0, maxStatus: 0, fromMs: 0, untilMs: 1e12, after: null, limit: 1_000 },
}

/** Instances on one channel, with a clock that the test moves. */
function instances(...names: string[]) {
  let atMs = 0
  const sent: string[] = []
  const receivers: ((message: string) => void)[] = []
  const ticking = new Set<() => void>()
  const made = names.map((instanceId) => {
    const live = createLive(() => atMs)
    const peers = createLivePeers({
      live,
      instanceId,
      inFlight: () => 2,
      nowMs: () => atMs,
      repeat(work) {
        ticking.add(work)
        return () => void ticking.delete(work)
      },
      open(receive) {
        receivers.push(receive)
        const publish = (message: string) => {
          sent.push(message)
          for (const each of receivers) each(message)
        }
        return { standing: true, publish, stop() {} }
      },
    })
    return { live, peers }
  })
  const pass = (ms: number) => {
    for (const end = atMs + ms; atMs < end; ) {
      atMs += 250
      for (const work of [...ticking]) work()
    }
  }
  const deliver = (message: string) => {
    for (const each of receivers) each(message)
  }
  return { made, sent, ticking, pass, deliver }
}

function viewed(live: ReturnType<typeof createLive>) {
  const rows: string[] = []
  let skipped = 0
  const leave = live.watch({
    row: (row: LiveRow) => void rows.push(row.requestId),
    skipped: (requests) => {
      skipped += requests
    },
  })
  return { rows, leave, skipped: () => skipped }
}

test('nothing is sent and nothing runs without a viewer', () => {
  const { made, sent, ticking, pass } = instances('a', 'b')
  made[1]?.live.add(recordOf('r1'), CALLER)
  pass(10_000)
  expect(sent).toEqual([])
  expect(ticking.size).toBe(0)
})

test('a request of one instance reaches a viewer of another, once, within a second', () => {
  const { made, pass } = instances('a', 'b')
  const [a, b] = made as [(typeof made)[0], (typeof made)[0]]
  const view = viewed(a.live)
  pass(250)
  b.live.refuse(refusalOf('of-b'))
  a.live.refuse(refusalOf('of-a'))
  pass(500)
  expect(view.rows.toSorted()).toEqual(['of-a', 'of-b'])
  expect(a.peers.gauge()).toMatchObject({ inFlight: 2 })
  pass(5_000)
  expect(view.rows).toHaveLength(2)
})

test('a batch is bounded, and says how many it left out', () => {
  const { made, pass } = instances('a', 'b')
  const [a, b] = made as [(typeof made)[0], (typeof made)[0]]
  const view = viewed(a.live)
  pass(250)
  for (let at = 0; at < 500; at++) b.live.refuse(refusalOf(`r${at}`))
  pass(500)
  expect(view.rows).toHaveLength(50)
  expect(view.skipped()).toBe(450)
})

test('when the viewer leaves, or its instance dies, the others stop sending', () => {
  const { made, sent, ticking, pass } = instances('a', 'b')
  const [a, b] = made as [(typeof made)[0], (typeof made)[0]]
  viewed(a.live).leave()
  pass(5_000)
  expect(ticking.size).toBe(0)
  const before = sent.length
  b.live.add(recordOf('later'), CALLER)
  pass(5_000)
  expect(sent).toHaveLength(before)
  viewed(a.live)
  a.peers.stop()
  pass(5_000)
  expect(ticking.size).toBe(0)
})

test('a refusal is listed and found at every instance, once, without a viewer', () => {
  const { made, sent, ticking, pass } = instances('a', 'b')
  const [a, b] = made as [(typeof made)[0], (typeof made)[0]]
  b.live.refuse({ ...refusalOf('of-b'), message: 'too many' })
  pass(250)
  for (const { live } of [a, b]) {
    expect(live.refused.list(ALL).map(({ requestId }) => requestId)).toEqual(['of-b'])
    expect(live.refused.find('of-b')?.message).toBe('too many')
  }
  pass(5_000)
  expect(sent).toHaveLength(1)
  expect(ticking.size).toBe(0)
})

test('of a flood of refusals, the other instances get a bounded number', () => {
  const { made, pass } = instances('a', 'b')
  const [a, b] = made as [(typeof made)[0], (typeof made)[0]]
  const caller = (id: number) => ({ ...CALLER, key: { ...CALLER.key, id } })
  for (let at = 0; at < 500; at++)
    b.live.refuse({ ...refusalOf(`r${at}`), caller: caller(at % 50) })
  pass(250)
  expect(a.live.refused.list(ALL)).toHaveLength(20)
  b.live.refuse(refusalOf('later'))
  pass(250)
  expect(a.live.refused.find('later')).not.toBeNull()
})

test('what another version sends is left aside', () => {
  const { made, pass, deliver } = instances('a')
  const [a] = made as [(typeof made)[0]]
  const view = viewed(a.live)
  pass(250)
  for (const message of ['', 'b', 'b{', 'b{}', 'bnull', 'zoo', 'b{"from":1,"rows":2}'])
    deliver(message)
  for (const message of ['r', 'r{', 'rnull', 'r{"refused":3}', 'r{"from":"b","refused":[null,{}]}'])
    deliver(message)
  pass(250)
  expect(view.rows).toEqual([])
  expect(a.live.refused.list(ALL)).toEqual([])
  expect(noPeers('own').scope()).toBe('own')
})
