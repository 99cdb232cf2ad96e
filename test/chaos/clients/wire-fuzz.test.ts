/**
 * Random messages through our readers and through llhttp: what both accept, they understand alike, and how the
 * bytes are cut changes nothing. WIRE_SECONDS is how long; WIRE_SEED repeats a run.
 */
import { afterAll, expect, test } from 'bun:test'
import { MalformedMessage } from '../../../src/http1/head-lines.ts'
import { MessageReader } from '../../../src/http1/message-reader.ts'
import { readReplyHead } from '../../../src/http1/reply-head.ts'
import { readRequestHead } from '../../../src/http1/request-head.ts'
import { type LlhttpResult, startLlhttp, type WireMessage } from '../../support/wire/llhttp.ts'
import { type Kind, randomMessages } from '../../support/wire/messages.ts'
import { cutUp, seeded } from '../../support/wire/random.ts'

const SECONDS = Number(process.env.WIRE_SECONDS ?? 3)
const SEED = Number(process.env.WIRE_SEED ?? Date.now() % 2 ** 31)
const CASES_AT_ONCE = 500
const MAX_CUTS = 12
/** Where we accept more by intention: any method and target, which the router refuses. */
const ROUTED = ['HPE_INVALID_METHOD', 'HPE_INVALID_URL']

const llhttp = startLlhttp()
afterAll(() => llhttp.close())

interface Read {
  messages: WireMessage[]
  /** Why the reader stopped; null if it accepted all bytes. */
  refused: string | null
}

/** Reads messages as a connection does: it stops at the first malformed one, and after one that closes. */
function readPieces(kind: Kind, pieces: readonly Buffer[]): Read {
  const messages: WireMessage[] = []
  let open: WireMessage | null = null
  let goesOn = true
  const reader = new MessageReader(
    {
      head(text) {
        const head = kind === 'request' ? readRequestHead(text) : readReplyHead(text)
        if (head === null) return null
        const isRequest = 'target' in head
        goesOn = isRequest ? head.keepAlive : head.reusable
        open = {
          target: isRequest ? head.target : '',
          status: isRequest ? 0 : head.status,
          body: '',
          ended: false,
        }
        messages.push(open)
        return head.framing
      },
      body(bytes) {
        if (open !== null) open.body += Buffer.from(bytes).toString('latin1')
      },
      end() {
        if (open !== null) open.ended = true
      },
    },
    kind,
  )
  reader.start()
  try {
    for (const piece of pieces)
      for (let at = 0; at < piece.length; ) {
        at += reader.push(piece.subarray(at))
        if (messages.at(-1)?.ended !== true) continue
        if (!goesOn) return { messages, refused: null }
        if (at < piece.length) reader.start()
      }
  } catch (error) {
    if (!(error instanceof MalformedMessage)) throw error
    return { messages, refused: error.message }
  }
  return { messages, refused: null }
}

/** RFC 9110 (5.6.3) allows this tab in a reply; llhttp reads such a reply until it is closed. */
const TAB_AFTER_FRAMING = /(?:chunked|[0-9])[ \t]*\t[ \t]*\r/i

/** How the two differ; null if they agree as far as both accept. */
function difference(
  { kind, text }: { kind: Kind; text: string },
  ours: Read,
  theirs: LlhttpResult,
): string | null {
  if (kind === 'reply' && TAB_AFTER_FRAMING.test(text)) return null
  const final = theirs.messages.filter(({ status }) => status === 0 || status >= 200)
  for (const [at, message] of ours.messages.entries()) {
    const other = final[at]
    if (other === undefined)
      return kind === 'reply' || ROUTED.includes(theirs.error ?? '')
        ? null
        : `llhttp: ${theirs.error}`
    if (other.upgrade) return null
    if (message.target !== other.target || message.status !== other.status)
      return `message ${at}: ${message.target || message.status}, llhttp: ${other.target || other.status}`
    const both = message.ended && other.ended
    const [shorter = '', longer = ''] = [message.body, other.body].sort(byLength)
    if (both ? message.body !== other.body : !longer.startsWith(shorter))
      return `body ${at}: ${JSON.stringify(message.body)}, llhttp: ${JSON.stringify(other.body)}`
    if (message.ended && !other.ended)
      return kind === 'request' || theirs.error === null
        ? `message ${at} ends: ${theirs.error}`
        : null
  }
  return null
}

const byLength = (one: string, other: string) => one.length - other.length

/** Whether a message is read alike in one piece, in random ones, and byte by byte. */
function cutDifference(
  kind: Kind,
  bytes: Buffer,
  whole: Read,
  random = seeded(SEED),
): string | null {
  const single = Array.from(bytes, (_, at) => bytes.subarray(at, at + 1))
  for (const pieces of [cutUp(bytes, MAX_CUTS, random), single]) {
    const read = readPieces(kind, pieces)
    if (!Bun.deepEquals(read, whole))
      return `cut at ${pieces.map(({ length }) => length).join('+')}: ${JSON.stringify([whole, read])}`
  }
  return null
}

test(
  'what both accept is the same for llhttp, and for any cutting of the bytes',
  async () => {
    const random = seeded(SEED)
    const found: string[] = []
    let cases = 0
    let accepted = 0
    const endMs = Date.now() + SECONDS * 1000
    while (Date.now() < endMs && found.length < 20) {
      const batch = Array.from({ length: CASES_AT_ONCE }, () => {
        const kind: Kind = random.once(3) ? 'reply' : 'request'
        return { kind, text: randomMessages(kind, random) }
      })
      const theirs = await llhttp.read(batch)
      for (const [at, { kind, text }] of batch.entries()) {
        const bytes = Buffer.from(text, 'latin1')
        const whole = readPieces(kind, [bytes])
        accepted += whole.messages.filter(({ ended }) => ended).length
        const wrong =
          difference({ kind, text }, whole, theirs[at] as LlhttpResult) ??
          cutDifference(kind, bytes, whole, random)
        if (wrong !== null) found.push(`${kind} ${JSON.stringify(text)}: ${wrong}`)
      }
      cases += batch.length
    }
    console.log(`seed ${SEED}: ${cases} cases, ${accepted} messages accepted`)
    expect(found).toEqual([])
    expect(accepted).toBeGreaterThan(cases / 10)
  },
  (SECONDS + 60) * 1000,
)
