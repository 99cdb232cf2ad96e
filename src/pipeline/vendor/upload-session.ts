/**
 * Google's resumable uploads: the reply to the first request names an address for the bytes. The client gets one of
 * this gateway, and its next requests go to the upstream key where the upload began.
 */
import type { UpstreamReply } from '../../upstreams/transport.ts'
import type { ReplyReading } from '../attempt/reading.ts'
import type { VendorCall } from './call.ts'
import type { Owner } from './own.ts'

const LINKS = ['x-goog-upload-url', 'x-goog-upload-control-url']
const STATE = [
  'x-goog-upload-status',
  'x-goog-upload-chunk-granularity',
  'x-goog-upload-size-received',
]
const ID = 'upload_id'

type Headers = Pick<UpstreamReply, 'header'>

/** Before the client hears of its address. */
export async function rememberUpload(
  { services, caller, call }: Owner,
  { upstream, reply }: Pick<ReplyReading, 'upstream' | 'reply'>,
): Promise<void> {
  const id = call.route.headers.length === 0 ? null : uploadIdIn(reply)
  if (id === null) return
  const owner = { upstreamKeyId: upstream.key.id, userId: caller.user.id, apiKeyId: caller.key.id }
  await services.objects.remember([{ kind: 'gemini_upload', id, ...owner }])
}

function uploadIdIn(reply: Headers): string | null {
  const link = reply.header(LINKS[0] as string)
  return link === null ? null : (urlOf(link)?.searchParams.get(ID) ?? null)
}

/** For the client. */
export function uploadHeaders(
  { route, origin }: VendorCall,
  reply: Headers,
): Record<string, string> {
  const headers: Record<string, string> = {}
  if (route.headers.length === 0) return headers
  for (const name of STATE) {
    const value = reply.header(name)
    if (value !== null) headers[name] = value
  }
  for (const name of LINKS) {
    const url = urlOf(reply.header(name) ?? '')
    if (url === null) continue
    // The vendor may have put the operator's key there.
    url.searchParams.delete('key')
    const path = url.pathname.slice(Math.max(0, url.pathname.indexOf('/upload/')))
    headers[name] = `${origin}${path}${url.search}`
  }
  return headers
}

function urlOf(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null
}
