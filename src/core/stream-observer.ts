/** Looks at a chat or completion stream on its way: usage, errors, the end. What passes, passes byte for byte. */
import { errorObjectOf } from './failure.ts'
import { createSseSplitter, eventsOf, joined, onlyData, type SseEvent } from './sse.ts'
import { readUsage } from './usage.ts'
import type { TokenUsage } from './usage-record.ts'

export interface StreamRules {
  /** The gateway asked for usage, not the client: the chunk that holds nothing else is hidden. */
  hideUsage: boolean
  /** Choices that must finish before a stream without `[DONE]` counts as complete. */
  choices: number
  /** The key in use. An upstream that echoes it must not reach the client. */
  secretForms: readonly string[]
}

/** `cut`: the end came before a finish reason and before `[DONE]`. */
export type StreamEnd = 'complete' | 'cut'

export interface StreamObserver {
  /** Bytes to forward now: whole events only. Null where there are none yet. */
  accept(chunk: Uint8Array): Uint8Array | null
  /** The upstream has ended: what is left to forward, and how it ended. */
  finish(): { bytes: Uint8Array | null; end: StreamEnd }
  /** The last believable usage seen. */
  readonly usage: TokenUsage | null
  /** An `error` event; nothing behind it is forwarded. */
  readonly error: Readonly<Record<string, unknown>> | null
  /** `[DONE]` was seen. */
  readonly done: boolean
  /** All choices have their finish reason, so that only usage and `[DONE]` may follow. */
  readonly finished: boolean
  /** At least one event with data was seen. */
  readonly started: boolean
  /** Events dropped because their data was neither JSON nor `[DONE]`. */
  readonly dropped: number
  /** The text generated so far, for counting where no usage comes. */
  readonly text: string
}

interface Choice {
  index?: unknown
  text?: unknown
  finish_reason?: unknown
  delta?: {
    content?: unknown
    reasoning_content?: unknown
    refusal?: unknown
    tool_calls?: unknown
  }
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
const encoder = new TextEncoder()

export function createStreamObserver(rules: StreamRules): StreamObserver {
  const splitter = createSseSplitter()
  const finishedChoices = new Set<unknown>()
  let usage: TokenUsage | null = null
  let error: Readonly<Record<string, unknown>> | null = null
  let done = false
  let started = false
  let dropped = 0
  let text = ''

  const readChoices = (choices: readonly Choice[]): void => {
    for (const choice of choices) {
      if (typeof choice !== 'object' || choice === null) continue
      if (choice.finish_reason !== undefined && choice.finish_reason !== null) {
        finishedChoices.add(choice.index ?? 0)
      }
      if (typeof choice.text === 'string') text += choice.text
      const { delta } = choice
      if (typeof delta !== 'object' || delta === null) continue
      if (typeof delta.content === 'string') text += delta.content
      if (typeof delta.reasoning_content === 'string') text += delta.reasoning_content
      if (typeof delta.refusal === 'string') text += delta.refusal
      if (delta.tool_calls !== undefined && delta.tool_calls !== null)
        text += JSON.stringify(delta.tool_calls)
    }
  }

  /** True where the event is to be forwarded. */
  const read = (data: string | null): boolean => {
    if (data === null) return !done
    if (done) return false
    started = true
    if (data === '[DONE]' || data.trim() === '[DONE]') {
      done = true
      return true
    }
    let value: unknown
    try {
      value = JSON.parse(data)
    } catch {
      dropped++
      return false
    }
    if (typeof value !== 'object' || value === null) return true
    const found = errorObjectOf(value)
    if (found !== null) {
      error = found
      return false
    }
    const { choices, usage: reported } = value as { choices?: unknown; usage?: unknown }
    if (Array.isArray(choices)) readChoices(choices)
    if (reported === undefined || reported === null) return true
    const believable = readUsage(reported)
    if (believable !== null) usage = believable
    return !(rules.hideUsage && Array.isArray(choices) && choices.length === 0)
  }

  const forward = (run: Uint8Array): Uint8Array | null => {
    const decoded = decoder.decode(run)
    const single = onlyData(decoded)
    if (single !== null && error === null) return read(single) && !leaks(decoded) ? run : null
    const events = eventsOf(decoded)
    const kept: boolean[] = []
    let all = true
    for (const event of events) {
      const keep = error === null && read(event.data) && !leaks(event.text)
      kept.push(keep)
      all &&= keep
    }
    if (all) return run
    return keptBytes(run, decoded, events, kept)
  }

  const leaks = (event: string): boolean => {
    for (const form of rules.secretForms) {
      if (event.includes(form)) {
        dropped++
        return true
      }
    }
    return false
  }

  return {
    accept(chunk) {
      const run = splitter.push(chunk)
      return run === null ? null : forward(run)
    },
    finish() {
      const rest = splitter.rest()
      // An upstream may leave out the last blank line; half an event is not forwarded.
      const bytes = rest !== null && isWhole(rest) ? terminated(forward(rest)) : null
      return { bytes, end: done || isFinished() ? 'complete' : 'cut' }
    },
    get usage() {
      return usage
    },
    get error() {
      return error
    },
    get done() {
      return done
    },
    get finished() {
      return isFinished()
    },
    get started() {
      return started
    },
    get dropped() {
      return dropped
    },
    get text() {
      return text
    },
  }

  function isFinished(): boolean {
    return finishedChoices.size >= rules.choices
  }
}

/** The line ends that the upstream left out, so that what follows is an event of its own. */
function terminated(run: Uint8Array | null): Uint8Array | null {
  if (run === null) return null
  return joined([run, encoder.encode(run[run.length - 1] === 10 ? '\n' : '\n\n')])
}

function isWhole(rest: Uint8Array): boolean {
  const [event] = eventsOf(decoder.decode(rest))
  if (event === undefined || event.data === null) return false
  if (event.data.trim() === '[DONE]') return true
  try {
    JSON.parse(event.data)
    return true
  } catch {
    return false
  }
}

/** The bytes of the kept events. Offsets are found in bytes, so that invalid UTF-8 stays as it was. */
function keptBytes(
  run: Uint8Array,
  decoded: string,
  events: readonly SseEvent[],
  kept: readonly boolean[],
): Uint8Array | null {
  const exact = encoder.encode(decoded).length === run.length
  const parts: Uint8Array[] = []
  let at = 0
  events.forEach((event, index) => {
    const length = encoder.encode(event.text).length
    const bytes = exact ? run.subarray(at, at + length) : encoder.encode(event.text)
    if (kept[index]) parts.push(bytes)
    at += length
  })
  return parts.length === 0 ? null : joined(parts)
}
