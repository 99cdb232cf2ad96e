/** Two vendors that fail at random, independently, and a crowd of clients that wants whole answers. */
import type { AttemptNote } from '../../../src/usage/record.ts'
import { type Gateway, startGateway } from '../../support/gateway.ts'
import { httpChunk, jsonReply, replyHead, sseHead } from '../../support/mock/mock-replies.ts'
import {
  type Exchange,
  type MockUpstream,
  type Step,
  startMockUpstream,
} from '../../support/mock/mock-upstream.ts'
import type { SpokenFormat } from '../../support/spoken/format.ts'
import { SPOKEN, spokenAt } from '../../support/spoken/index.ts'
import { storyteller } from '../../support/spoken/storyteller.ts'
import { type Asked, refusal, sound } from './replies.ts'

/** Shares of a vendor's requests. */
export interface FaultShares {
  serverErrors: number
  cuts: number
  stalls: number
}

export interface VendorRig {
  gateway: Gateway
  mock: MockUpstream
  /** How many replies were cut so far. */
  cuts(): number
  close(): Promise<void>
}

export async function startVendors(
  story: string,
  shares: FaultShares,
  random: () => number,
): Promise<VendorRig> {
  const mock = await startMockUpstream()
  const vendor = { story, shares, random, cuts: 0 }
  mock.script((exchange) => failingAtRandom(exchange, vendor))
  const gateway = await startGateway({
    upstreams: SPOKEN.flatMap((format) =>
      ['one', 'two'].map((vendor) => ({
        name: `${vendor}-${format.name}`,
        key: `sk-${vendor}-${format.name}-h7Kq2Zt9Wv4`,
        provider: format.provider,
        baseUrl: `http://127.0.0.1:${mock.port}/${vendor}${format.name === 'messages' || format.name === 'gemini' ? '' : '/v1'}`,
        models: [format.name],
      })),
    ),
    env: {
      UPSTREAM_FIRST_BYTE_TIMEOUT_MS: '2000',
      UPSTREAM_STANDBY_FIRST_BYTE_TIMEOUT_MS: '1000',
      UPSTREAM_IDLE_TIMEOUT_MS: '1000',
      DRAIN_SECONDS: '2',
    },
  })
  return {
    gateway,
    mock,
    cuts: () => vendor.cuts,
    async close() {
      mock.dropConnections()
      await gateway.stop()
      await mock.close()
    },
  }
}

interface Vendor {
  story: string
  shares: FaultShares
  random: () => number
  cuts: number
}

function failingAtRandom(exchange: Exchange, vendor: Vendor): Step[] {
  const { story, shares, random } = vendor
  if (exchange.method === 'GET') return jsonReply(404, { error: { message: 'not here' } })
  const format = spokenAt(exchange.path)
  const body = JSON.parse(exchange.body)
  const stream = body.stream === true || exchange.path.includes(':stream')
  const id = exchange.path.startsWith('/one') ? 'one' : 'two'
  const asked = { format, stream, answer: storyteller(story, { id }).answer(format, body) }
  const fate = random()
  if (fate < shares.serverErrors)
    return refusal(format, [500, 502, 503, 529][Math.floor(random() * 4)] as number, 'busy')
  if (fate < shares.serverErrors + shares.cuts) {
    vendor.cuts++
    return brokenAt(asked, random(), 'rst')
  }
  if (fate < shares.serverErrors + shares.cuts + shares.stalls)
    return brokenAt(asked, random(), 'stall')
  return sound(asked)
}

/** A reply up to some byte of its body, then nothing more. */
export function brokenAt(asked: Asked, place: number, end: 'rst' | 'stall'): Step[] {
  const { format, stream, answer } = asked
  if (answer === null) throw new Error('a refusal has no answer')
  // What arrives together with a reset may be lost with it.
  const wait: Step = { waitMs: 20 }
  if (!stream) {
    const body = Buffer.from(JSON.stringify(format.whole(answer)))
    const headers = { 'content-type': 'application/json', 'content-length': String(body.length) }
    const part = body.subarray(0, Math.floor(place * body.length))
    return [{ write: replyHead(200, headers) }, { write: part }, wait, end]
  }
  const body = Buffer.from(format.events(answer).join(''))
  const part = body.subarray(0, Math.floor(place * body.length))
  const chunk: Step[] = part.length === 0 ? [] : [{ write: httpChunk(part) }]
  return [{ write: sseHead() }, ...chunk, wait, end]
}

export interface Tally {
  requests: number
  failures: FailedRequest[]
}

export interface FailedRequest {
  requestId: string
  /** What was wrong with its answer. */
  flaw: string
}

/** `clients` ask one question after the other, in each format by turns, until `isOver`. */
export async function crowd(
  gateway: Gateway,
  {
    story,
    clients,
    isOver,
    streamsOnly = false,
  }: {
    story: string
    clients: number
    isOver: (tally: Tally) => boolean
    streamsOnly?: boolean
  },
): Promise<Tally> {
  const tally: Tally = { requests: 0, failures: [] }
  const client = async () => {
    while (!isOver(tally)) {
      const turn = tally.requests++
      const format = SPOKEN[turn % SPOKEN.length] as SpokenFormat
      const stream = streamsOnly || Math.floor(turn / SPOKEN.length) % 2 === 0
      const failed = await askOnce(gateway, { format, stream, story })
      if (failed === null) continue
      const flaw = `${format.name}, ${stream ? 'streamed' : 'whole'}: ${failed.flaw}`
      tally.failures.push({ ...failed, flaw })
    }
  }
  await Promise.all(Array.from({ length: clients }, client))
  return tally
}

/** Null: the answer is whole, said once, and tidy. */
async function askOnce(
  gateway: Gateway,
  { format, stream, story }: { format: SpokenFormat; stream: boolean; story: string },
): Promise<FailedRequest | null> {
  const response = await fetch(gateway.origin + format.path(format.name, stream), {
    method: 'POST',
    headers: { authorization: `Bearer ${gateway.proxyKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(format.question(format.name, stream)),
  })
  const text = await response.text()
  const flaw =
    response.status === 200
      ? flawOf(text, { format, stream, story })
      : `${response.status} ${text.slice(0, 200)}`
  const requestId = response.headers.get('x-request-id') ?? ''
  return flaw === null ? null : { requestId, flaw }
}

function flawOf(
  text: string,
  { format, stream, story }: { format: SpokenFormat; stream: boolean; story: string },
): string | null {
  if (!stream)
    return format.readWhole(JSON.parse(text)) === story
      ? null
      : `another text: ${text.slice(0, 200)}`
  const { text: told, errors, flaws, reasons } = format.read(text)
  if (told === story && errors.length === 0 && flaws.length === 0 && reasons.length === 1)
    return null
  const difference = told === story ? '' : `${told.length} characters of ${story.length}; `
  return `${difference}${[...errors, ...flaws].join('; ').slice(0, 300)} (${reasons.length} reasons)`
}

/** How each attempt at a request ended, from its record. */
export async function attemptsOf(gateway: Gateway, requestId: string): Promise<string> {
  const row = await gateway.usageRow(requestId)
  const attempts: AttemptNote[] = JSON.parse(String(row.attempt_log))
  return attempts
    .map(({ upstream, startedMs, failure }) => `  ${startedMs} ms ${upstream}: ${failure ?? 'ok'}`)
    .join('\n')
}

/** The same seed gives the same numbers (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
