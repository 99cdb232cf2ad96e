/** The parts of an upstream's URL that a connection needs. */
import { BoundedMap } from '../../core/bounded-map.ts'
import { TransportError } from '../../upstreams/transport.ts'

export interface UpstreamAddress {
  /** Scheme, host and port: connections with the same origin are interchangeable. */
  origin: string
  secure: boolean
  hostname: string
  port: number
  /** As in the Host header. */
  host: string
}

export interface SplitUrl {
  address: UpstreamAddress
  path: string
}

/** Base URLs are few, but paths may contain model names; this bounds the cache in a long-running process. */
const known = new BoundedMap<string, SplitUrl>(1_000)

export function splitUrl(url: string): SplitUrl {
  let place = known.get(url)
  if (place !== undefined) return place
  place = split(url)
  known.set(url, place)
  return place
}

/** Split by hand because a URL object would normalize some paths. */
function split(url: string): SplitUrl {
  const slash = url.indexOf('/', url.indexOf('//') + 2)
  const origin = slash < 0 ? url : url.slice(0, slash)
  const path = slash < 0 ? '/' : url.slice(slash)
  if (!/^[\x21-\x7e]+$/.test(path)) {
    throw new TransportError('other', 'its path holds characters that no URL may have', false)
  }
  return { address: addressOf(origin), path }
}

function addressOf(origin: string): UpstreamAddress {
  const url = new URL(origin)
  const secure = url.protocol === 'https:'
  return {
    origin,
    secure,
    hostname: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
    host: url.host,
  }
}
