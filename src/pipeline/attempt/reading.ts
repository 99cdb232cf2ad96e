/** What the functions that read one reply share. */
import { failure } from '../../core/failure.ts'
import type { UpstreamProtocol } from '../../protocols/protocol.ts'
import type { UsableUpstream } from '../../upstreams/directory.ts'
import type { UpstreamReply } from '../../upstreams/transport.ts'
import type { Services } from '../services.ts'
import type { Failed } from './result.ts'
import type { RequestTries } from './tries.ts'

export interface ReplyReading {
  readonly services: Services
  readonly tries: RequestTries
  readonly upstream: UsableUpstream
  readonly reply: UpstreamReply
  /** Closes the upstream's side at once. */
  cancel(): void
  /** An event came: the limit on the upstream's silence starts again. */
  heard(): void
}

/** A reply to a model call. */
export interface ModelReading extends ReplyReading {
  /** In which the upstream is spoken to. */
  readonly protocol: UpstreamProtocol
}

export function broken(detail: string, ambiguous = true): Failed {
  return {
    kind: 'failed',
    failure: failure('server', detail, { status: 200, ambiguous }),
    said: '',
  }
}

/** What else the header may say is not repeated: it could be a key. */
const KNOWN_ENCODING = /^(?:x-)?(?:gzip|compress|deflate|br|zstd)$/i

export function whyUnreadable(reply: UpstreamReply, otherwise: string): string {
  const encoding = reply.header('content-encoding')
  if (encoding === null || encoding.toLowerCase() === 'identity') return otherwise
  const named = KNOWN_ENCODING.test(encoding) ? ` (${encoding})` : ''
  return `status 200, but the body is compressed${named} in a way that can't be read`
}
