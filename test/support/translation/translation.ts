/** Runs translations as the pipeline does, for tests. */

import type { NeutralResponse, StreamEvent } from '../../../src/protocols/neutral/answer.ts'
import { EventFold } from '../../../src/protocols/neutral/fold.ts'
import { factsFor } from '../../../src/protocols/neutral/model-facts.ts'
import type {
  DialectName,
  JsonObject,
  NeutralRequest,
  WireName,
} from '../../../src/protocols/neutral/neutral.ts'
import { eventsOf } from '../../../src/protocols/sse.ts'
import type {
  DialectFormat,
  ReplyContext,
  WireFormat,
  WireTarget,
} from '../../../src/protocols/translation/format.ts'
import { DIALECTS, WIRES } from '../../../src/protocols/translation/formats.ts'
import {
  StreamTranslation,
  type TranslatedRequest,
  translateReply,
  translateRequest,
} from '../../../src/protocols/translation/translate.ts'

export const CLAUDE = 'claude-opus-4-8'
export const OLDER_CLAUDE = 'claude-sonnet-4-5'

const MODELS: Readonly<Record<WireName, string>> = {
  chat: 'gpt-5.1',
  responses: 'gpt-5.1',
  messages: CLAUDE,
  gemini: 'gemini-3-pro',
  converse: 'anthropic.claude-sonnet-4-5-20250929-v1:0',
}
const VENDORS: Readonly<Record<WireName, string>> = {
  chat: 'openai',
  responses: 'openai',
  messages: 'anthropic',
  gemini: 'google',
  converse: 'anthropic',
}

export function dialect(name: DialectName): DialectFormat {
  const found = DIALECTS[name]
  if (found === undefined) throw new Error(`there is no dialect ${name}`)
  return found
}

export function wire(name: WireName): WireFormat {
  const found = WIRES[name]
  if (found === undefined) throw new Error(`there is no wire ${name}`)
  return found
}

export function targetOf(name: WireName, more: Partial<WireTarget> = {}): WireTarget {
  const model = more.model ?? MODELS[name]
  return { model, facts: factsFor(model), vendor: VENDORS[name], account: 'main', ...more }
}

export function readRequest(name: DialectName, body: JsonObject): NeutralRequest {
  return dialect(name).readRequest(body, name === 'gemini' ? { model: 'gemini-3-pro' } : {})
}

/** What the upstream gets of a client's request. */
export function sent(
  from: DialectName,
  body: JsonObject,
  to: WireName,
  more: Partial<WireTarget> = {},
): TranslatedRequest {
  const complete = from === 'gemini' ? body : { model: 'any', ...body }
  return translateRequest(readRequest(from, complete), wire(to), targetOf(to, more))
}

/** The body of `sent`, for tests that look into it. */
// biome-ignore lint/suspicious/noExplicitAny: a body of any format, looked into by tests
export function sentBody(...args: Parameters<typeof sent>): any {
  return sent(...args).body
}

export function lossesOf(...args: Parameters<typeof sent>): string[] {
  return sent(...args).losses.map(({ field, how }) => `${field} ${how}`)
}

export function contextOf(request: NeutralRequest): ReplyContext {
  return {
    request,
    requestId: 'r1',
    createdAt: 1_700_000_000,
    usageAsked: true,
    estimatedInput: 12,
  }
}

interface Exchange {
  client: DialectName
  upstream: WireName
  /** The client's request; a short one if it does not matter. */
  body?: JsonObject
  target?: Partial<WireTarget>
}

export function translationOf({ client, upstream, body, target }: Exchange) {
  const asked = body ?? shortRequest(client)
  const request = readRequest(client, asked)
  const aimed = targetOf(upstream, target)
  const restoration = translateRequest(request, wire(upstream), aimed)
  return {
    dialect: dialect(client),
    wire: wire(upstream),
    target: aimed,
    restoration,
    context: contextOf(request),
  }
}

function shortRequest(client: DialectName): JsonObject {
  const model = 'any'
  if (client === 'gemini') return { contents: [{ role: 'user', parts: [{ text: 'Hi' }] }] }
  if (client === 'responses') return { model, input: 'Hi' }
  return { model, max_tokens: 100, messages: [{ role: 'user', content: 'Hi' }] }
}

export interface StreamResult {
  text: string
  stream: StreamTranslation
}

/** What the client reads of an upstream's stream, given as texts of events. */
export function streamed(
  exchange: Exchange,
  events: readonly (JsonObject | string)[],
): StreamResult {
  const stream = new StreamTranslation(translationOf(exchange))
  let text = ''
  for (const event of events) {
    stream.read(typeof event === 'string' ? event : JSON.stringify(event))
    text += stream.takeOutput()
  }
  stream.finish()
  return { text: text + stream.takeOutput(), stream }
}

/** What the client gets of a whole answer. */
// biome-ignore lint/suspicious/noExplicitAny: a body of any format, looked into by tests
export function answered(exchange: Exchange, answer: unknown): any {
  return translateReply(answer, translationOf(exchange)).body
}

/** The data of a stream's events. */
// biome-ignore lint/suspicious/noExplicitAny: events of any format, looked into by tests
export function dataOf(text: string): any[] {
  return eventsOf(text).flatMap(({ data }) => {
    if (data === null) return []
    return [data === '[DONE]' ? data : JSON.parse(data)]
  })
}

/** The answer in a stream as its own wire reads it. */
export function folded(
  name: WireName,
  text: string,
  more: Partial<WireTarget> = {},
): NeutralResponse {
  const fold = new EventFold()
  const reader = wire(name).readEvents(targetOf(name, more), (event) => fold.add(event))
  for (const { data } of eventsOf(text)) if (data !== null) reader.read(data)
  reader.finish()
  return fold.response()
}

/** The events that a wire reads from a stream. */
export function eventsFrom(name: WireName, datas: readonly (JsonObject | string)[]): StreamEvent[] {
  const events: StreamEvent[] = []
  const reader = wire(name).readEvents(targetOf(name), (event) => events.push(event))
  for (const data of datas) reader.read(typeof data === 'string' ? data : JSON.stringify(data))
  reader.finish()
  return events
}
