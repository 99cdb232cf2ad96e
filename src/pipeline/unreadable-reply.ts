/** Why nothing could be made of a reply with status 200. */
import type { UpstreamReply } from '../upstreams/transport.ts'

/** What else the header may say is not repeated: it could be a key. */
const KNOWN = /^(?:x-)?(?:gzip|compress|deflate|br|zstd)$/i

/** An upstream that compresses although it is asked not to is told so; nothing is ever decompressed. */
export function whyUnreadable(reply: UpstreamReply, otherwise: string): string {
  const encoding = reply.header('content-encoding')
  if (encoding === null || encoding.toLowerCase() === 'identity') return otherwise
  const named = KNOWN.test(encoding) ? ` (${encoding})` : ''
  return `status 200, but the body is compressed${named} although that was ruled out`
}
