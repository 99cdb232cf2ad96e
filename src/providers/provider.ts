/** What each vendor's translation gives: where a request goes and how it looks there. */

import type { UpstreamKey } from '../core/entities.ts'
import { type Member, membersIn, withMember } from '../protocols/json-scan.ts'
import type { ModelRequest } from '../protocols/openai/request.ts'
import { upstreamModelName } from '../routing/choose-key.ts'
import type { WireRequest } from '../upstreams/transport.ts'

export interface WireProvider {
  /** The request as this vendor wants it. */
  request(upstream: UpstreamKey, secret: string, ask: ModelRequest): WireRequest
  /** The list of models, which also tells whether a key is accepted. */
  modelList(upstream: UpstreamKey, secret: string): WireRequest
}

/** What requests of one key for one model to one endpoint share. */
export interface Destination {
  url: string
  headers: Readonly<Record<string, string>>
}

export type DestinationOf = (
  upstream: UpstreamKey,
  secret: string,
  ask: ModelRequest,
) => Destination

interface KnownDestination extends Destination {
  secret: string
}

/** Names of models are the clients' choice, so what is kept of them has a bound. */
const MAX_KNOWN = 1_000

/** A provider's request. Where it goes is put together once, and a transport can keep what it makes of that. */
export function requestTo(destinationOf: DestinationOf): WireProvider['request'] {
  // A key that is read anew is another object: what was made of its old row goes with that.
  const known = new WeakMap<UpstreamKey, Map<string, Map<string, KnownDestination>>>()

  const placeFor = (upstream: UpstreamKey, secret: string, ask: ModelRequest): Destination => {
    let models = known.get(upstream)
    if (models === undefined || models.size > MAX_KNOWN) {
      models = new Map()
      known.set(upstream, models)
    }
    let endpoints = models.get(ask.model)
    if (endpoints === undefined) {
      endpoints = new Map()
      models.set(ask.model, endpoints)
    }
    let place = endpoints.get(ask.endpoint)
    if (place === undefined || place.secret !== secret) {
      place = { ...destinationOf(upstream, secret, ask), secret }
      endpoints.set(ask.endpoint, place)
    }
    return place
  }

  return (upstream, secret, ask) => {
    const { url, headers } = placeFor(upstream, secret, ask)
    return { method: ask.method, url, headers, body: wireBody(upstream, ask) }
  }
}

/** Compressed replies can't be looked at cheaply and can be bombs, so they are not asked for. */
export const PLAIN = { 'accept-encoding': 'identity', 'user-agent': 'gpt-proxy' } as const
export const PLAIN_JSON = { ...PLAIN, 'content-type': 'application/json' } as const

/** The body as it came, but for the model's name there and for usage in streams. */
function wireBody(upstream: UpstreamKey, ask: ModelRequest): string | null {
  if (ask.text === null) return null
  const model = upstreamModelName(upstream, ask.model)
  const edits: [key: string, value: string][] = []
  if (model !== ask.model) edits.push(['model', JSON.stringify(model)])
  if (asksUsageForClient(ask)) edits.push(['stream_options', withUsage(ask.body.stream_options)])
  return edits.length === 0 ? ask.text : edited(ask.text, edits)
}

function edited(text: string, edits: [key: string, value: string][]): string {
  const members = membersIn(text)
  // Their offsets hold for the original text, so the one further behind is replaced first.
  edits.sort(([one], [other]) => offset(members, other) - offset(members, one))
  let body = text
  for (const [key, value] of edits) body = withMember(body, members, key, value)
  return body
}

/** Whether the gateway asks for usage although the client did not: then the chunk is hidden again. */
export function asksUsageForClient(ask: ModelRequest): boolean {
  return ask.stream && !ask.usageAsked
}

function withUsage(options: unknown): string {
  const asked = typeof options === 'object' && options !== null ? options : {}
  return JSON.stringify({ ...asked, include_usage: true })
}

/** Missing members are put at the front, after all replacements. */
function offset(members: ReadonlyMap<string, Member>, key: string): number {
  return members.get(key)?.valueStart ?? -1
}
