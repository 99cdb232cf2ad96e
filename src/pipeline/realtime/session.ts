/** A session between a client and an upstream: bytes pass both ways as they are, and their frames are watched. */
import { holdsForm } from '../../core/redact.ts'
import { addUsage, NO_USAGE, type TokenUsage } from '../../core/token-usage.ts'
import {
  closeFrame,
  FrameReader,
  type FrameSink,
  POLICY,
  WebSocketError,
} from '../../http1/websocket-frames.ts'
import { MAY_NAME_OBJECTS } from '../../passthrough/references.ts'
import type { UsableUpstream } from '../../upstreams/directory.ts'
import type { Tunnel } from '../../upstreams/transport.ts'
import type { Services } from '../services.ts'
import type { ChargeResponse } from './charge.ts'
import type { SessionDialect, SessionMeter, SessionUse } from './dialects.ts'
import { MessageCheck } from './message-check.ts'

/** The upstream is at fault (RFC 6455, 7.4.1). */
const UPSTREAM_FAULT = 1011
/** After a close frame the other side's own is waited for, and no longer. */
const CLOSING_MS = 2_000

/** How soon a session notices that its key has expired or lost its address. */
const CHECK_MS = 1_000

export interface SessionParts {
  services: Services
  client: Tunnel
  upstream: Tunnel
  secretForms: UsableUpstream['echoForms']
  charge: ChargeResponse
  dialect: SessionDialect
  /** Takes the model that the client asks for; why it may not have it, or null. */
  named(model: string): string | null
  /** Rejects if a client's message names what belongs to another user; null if messages are not checked. */
  check: ((message: string) => Promise<void>) | null
  /** Takes what the upstream sends. */
  heard(message: string): void
  /** Why the session may not go on, or null; asked again and again. */
  whyEnded(): string | null
  /** Its `end` is replaced by one that tells the client why before it closes. */
  control: SessionControl
}

export interface SessionControl {
  /** Called when the session's key has stopped working. */
  end(): void
}

/** Resolves when both sides are closed, with the use that could not be charged. */
export async function runSession(parts: SessionParts): Promise<TokenUsage> {
  const { client, upstream, services, control } = parts
  const { promise: ended, resolve } = Promise.withResolvers<void>()
  const deadline = services.deadlines.open()
  let uncharged = NO_USAGE
  let charging = Promise.resolve()
  let closing = false

  const finish = () => {
    deadline.clear()
    client.destroy()
    upstream.destroy()
    resolve()
  }
  const close = (code: number, reason: string) => {
    if (closing) return
    closing = true
    upstream.write(closeFrame(code === UPSTREAM_FAULT ? 1000 : code, reason, true))
    client.write(closeFrame(code, reason, false))
    client.end()
    upstream.end()
    deadline.set(CLOSING_MS, finish)
  }
  const closeForPolicy = (reason: string | null) => {
    if (reason !== null) close(POLICY, reason)
  }
  const checkOnce = () => {
    closeForPolicy(parts.whyEnded())
    if (!closing) deadline.set(CHECK_MS, checkOnce)
  }
  const noteUse = (use: SessionUse) => {
    charging = charging.then(async () => {
      try {
        closeForPolicy(await parts.charge(use))
      } catch (error) {
        uncharged = addUsage(uncharged, use.usage)
        closeForPolicy(error instanceof Error ? error.message : 'the session was ended')
      }
    })
  }
  const meter = parts.dialect.openMeter()
  const fromUpstream = upstreamReader(parts, meter, { close, noteUse })
  const check = new MessageCheck(client, upstream, closeForPolicy)
  const fromClient = clientReader(parts, check, closeForPolicy)

  const brokenUpstream = () => close(UPSTREAM_FAULT, 'the upstream broke the protocol')
  /** Nothing may follow a close frame. */
  const unlessClosing = (readTo: number | null) => (closing ? null : readTo)
  join(client, upstream, (bytes) =>
    unlessClosing(watched(fromClient, bytes, close)) === null ? null : check.pass(bytes),
  )
  join(
    upstream,
    client,
    wholeMessages((bytes) => unlessClosing(watched(fromUpstream, bytes, brokenUpstream))),
  )
  client.onClosed = finish
  // What it sent last may still be on its way to the client.
  upstream.onClosed = () => {
    if (closing) return
    closing = true
    client.end()
    deadline.set(services.limits.clientWriteMs, finish)
  }
  control.end = () => closeForPolicy(parts.whyEnded() ?? 'the session was ended')
  checkOnce()
  upstream.start()
  client.start()
  await ended
  await charging
  const rest = meter.rest()
  return rest === null ? uncharged : addUsage(uncharged, rest)
}

interface Reactions {
  close(code: number, reason: string): void
  noteUse(use: SessionUse): void
}

/** Notices what was used, and a message that holds the upstream's key. */
function upstreamReader(
  { dialect, secretForms, heard }: SessionParts,
  meter: SessionMeter,
  { close, noteUse }: Reactions,
): FrameReader {
  const sink: FrameSink = {
    text(message) {
      if (holdsForm(message, secretForms)) close(UPSTREAM_FAULT, 'the upstream sent its key')
      const use = meter.read(message)
      if (use !== null) noteUse(use)
      heard(message)
    },
    close() {},
  }
  return new FrameReader(false, sink, dialect.reads)
}

/** Notices the model that a client asks for, and what its messages name. */
function clientReader(
  { dialect, named, check }: SessionParts,
  checks: MessageCheck,
  closeForPolicy: (reason: string | null) => void,
): FrameReader {
  const sink: FrameSink = {
    text(message) {
      const model = dialect.modelIn(message)
      if (model !== null) closeForPolicy(named(model))
      if (check !== null && MAY_NAME_OBJECTS.test(message)) checks.wait(check(message))
    },
    unread() {
      if (check !== null) closeForPolicy('a message is too long to be checked')
    },
    close() {},
  }
  return new FrameReader(true, sink, dialect.reads)
}

/** How many of the bytes belong to whole messages; null if they must not go on. */
function watched(
  reader: FrameReader,
  bytes: Uint8Array,
  close: (code: number, reason: string) => void,
): number | null {
  try {
    return reader.push(bytes)
  } catch (error) {
    if (!(error instanceof WebSocketError)) throw error
    close(error.code, error.message)
    return null
  }
}

/** Keeps the beginning of a message until its end has been read: it may hold the upstream's key. */
function wholeMessages(read: (bytes: Uint8Array) => number | null): Passing {
  let held: Uint8Array[] = []
  return (bytes) => {
    const readTo = read(bytes)
    if (readTo === null) return null
    const isWhole = readTo === bytes.length && held.length === 0
    if (isWhole) return bytes
    const passed = readTo === 0 ? null : Buffer.concat([...held, bytes.subarray(0, readTo)])
    if (readTo > 0) held = []
    // A copy, because the bytes may be in the buffer all connections share.
    if (readTo < bytes.length) held.push(new Uint8Array(bytes.subarray(readTo)))
    return passed
  }
}

/** The part of these bytes, and of earlier ones, to send to the other side now; null for none. */
type Passing = (bytes: Uint8Array) => Uint8Array | null

/** A slow reader slows down the other side. */
function join(from: Tunnel, to: Tunnel, passing: Passing): void {
  from.onBytes = (bytes) => {
    const passed = passing(bytes)
    if (passed !== null && !to.write(passed)) from.hold(true)
  }
  to.onDrained = () => from.hold(false)
}
