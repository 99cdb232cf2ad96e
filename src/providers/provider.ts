/** What the gateway knows of a provider in code: where a request goes and how it is authenticated there. */
import { BoundedMap } from '../core/bounded-map.ts'
import type { UpstreamKey } from '../core/entities.ts'
import { HOPS_HEADER, OWN_HOP } from '../core/hops.ts'
import type { ModelRequest, ProtocolName } from '../protocols/protocol.ts'
import type { Transport, WireRequest } from '../upstreams/transport.ts'

/** What requests of one key for one model to one endpoint share. */
export interface Destination extends Pick<WireRequest, 'prepare' | 'reframe'> {
  url: string
  headers: Readonly<Record<string, string>>
}

export type DestinationOf = (
  upstream: UpstreamKey,
  secret: string,
  request: ModelRequest,
) => Destination

/** A vendor's route at a provider's host. */
export interface VendorPath {
  /** Below the base URL, encoded: `files/file-1/content`. */
  path: string
  /** With its question mark, or empty. */
  query: string
  /** As it is called there; empty if the call concerns none. */
  model: string
}

export interface Provider {
  /** The protocols that its hosts speak; the first is what others are translated to. */
  readonly protocols: readonly [ProtocolName, ...ProtocolName[]]
  /** Who makes its models, for fields that only their maker reads; null: unknown, since any server may answer at the address. */
  readonly maker: string | null
  /** Absent: every host takes all of `protocols`. */
  readonly speaks?: (upstream: UpstreamKey, protocol: ProtocolName) => boolean
  /** A host may lack what its vendor has, for some models or as a whole: then a translation is sent instead. */
  readonly mayLackRoutes?: boolean
  /** Whether it keeps Responses, if it takes them; absent: always. */
  readonly keepsResponses?: (upstream: UpstreamKey) => boolean
  /** The one protocol in which a request for `model` must be sent; null: the client's own if the host takes it. */
  readonly onlyProtocol?: (
    upstream: UpstreamKey,
    request: Pick<ModelRequest, 'protocol' | 'endpoint'>,
    model: string,
  ) => ProtocolName | null
  /** For hosts of several makers' models: in which protocol a model is spoken to, and who makes it. */
  readonly byModel?: (model: string) => { protocol: ProtocolName; maker: string }
  readonly destination: DestinationOf
  /** Where the further routes of the API that its first protocol belongs to are; null if it has none. */
  readonly vendor: ((upstream: UpstreamKey, secret: string, path: VendorPath) => Destination) | null
  /** The list of models, which also tells whether a key is accepted. */
  modelList(upstream: UpstreamKey, secret: string): WireRequest
  /** Null if it is reached over the network. */
  readonly transport: Transport | null
  /** Headers of every response that it gave. */
  readonly responseHeaders: Readonly<Record<string, string>>
}

interface KnownDestination extends Destination {
  secret: string
}

/** Names of models are the clients' choice, so what is kept of them has a bound. */
const MAX_KNOWN = 1_000

/** Puts a destination together once, so that a transport can keep what it makes of it. */
export function remembered(destinationOf: DestinationOf): DestinationOf {
  // A key that is read again is another object: what was made of its old row goes with that.
  const known = new WeakMap<UpstreamKey, BoundedMap<string, KnownDestination>>()
  return (upstream, secret, request) => {
    let destinations = known.get(upstream)
    if (destinations === undefined) {
      destinations = new BoundedMap(MAX_KNOWN)
      known.set(upstream, destinations)
    }
    const name = `${request.endpoint} ${request.stream} ${request.model}`
    const before = destinations.get(name)
    if (before !== undefined && before.secret === secret) return before
    const destination = destinationOf(upstream, secret, request)
    const headers = withFixed(destination.headers, upstream)
    const made = { ...destination, headers, secret }
    destinations.set(name, made)
    return made
  }
}

/** With the headers that the operator fixed for this upstream. */
export function withFixed(
  headers: Destination['headers'],
  upstream: Pick<UpstreamKey, 'headers'>,
): Destination['headers'] {
  return upstream.headers === null ? headers : { ...headers, ...upstream.headers }
}

/** Compressed replies can't be looked at cheaply, so they are not asked for. */
export const PLAIN = {
  'accept-encoding': 'identity',
  'user-agent': 'gpt-proxy',
  [HOPS_HEADER]: OWN_HOP,
} as const
export const PLAIN_JSON = { ...PLAIN, 'content-type': 'application/json' } as const

export function getJson(url: string, headers: Readonly<Record<string, string>>): WireRequest {
  return { method: 'GET', url, headers: { ...PLAIN, ...headers }, body: null }
}
