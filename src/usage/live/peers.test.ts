/** What instances send each other for the live view, and when. */
import { expect, test } from 'bun:test'
import type { Caller } from '../../access/caller.ts'
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
  made[1]?.live.refuse(refusalOf('r1'))
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
  b.live.refuse(refusalOf('later'))
  pass(5_000)
  expect(sent).toHaveLength(before)
  viewed(a.live)
  a.peers.stop()
  pass(5_000)
  expect(ticking.size).toBe(0)
})

test('what another version sends is left aside', () => {
  const { made, pass, deliver } = instances('a')
  const [a] = made as [(typeof made)[0]]
  const view = viewed(a.live)
  pass(250)
  for (const message of ['', 'b', 'b{', 'b{}', 'bnull', 'zoo', 'b{"from":1,"rows":2}'])
    deliver(message)
  pass(250)
  expect(view.rows).toEqual([])
  expect(noPeers('own').scope()).toBe('own')
})
