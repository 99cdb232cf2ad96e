/** A client that does nothing of itself: these bytes out, those bytes back. */
import type { Gateway } from '../support/gateway.ts'
import type { Recording } from './recorded/recordings.ts'

const PATHS = {
  chat: 'chat/completions',
  completions: 'completions',
  embeddings: 'embeddings',
  models: 'models',
}

export interface BareReply {
  status: number
  contentType: string | null
  body: string
}

export async function barePost(
  gateway: Gateway,
  kind: Recording['kind'],
  request: string,
): Promise<BareReply> {
  const response = await fetch(`${gateway.baseUrl}/${PATHS[kind]}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${gateway.proxyKey}`, 'content-type': 'application/json' },
    body: request,
  })
  const { status, headers } = response
  return { status, contentType: headers.get('content-type'), body: await response.text() }
}
