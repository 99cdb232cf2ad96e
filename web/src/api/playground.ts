/** Model calls as one of one's own keys: the session lends its name, the key its limits and budget. */
import { queryOptions } from '@tanstack/react-query'
import { ADMIN_URL } from '@/lib/addresses.ts'
import { eventData } from '@/lib/sse.ts'
import { api, unwrap } from './client.ts'
import { errorFrom, unreachable } from './errors.ts'

export const playgroundModelsQuery = (keyId: number | undefined) =>
  queryOptions({
    queryKey: ['playground-models', keyId],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET('/playground/{key_id}/models', {
          params: { path: { key_id: keyId ?? 0 } },
          signal,
        }),
      ),
    enabled: keyId !== undefined,
  })

export type Part =
  | { type: 'text'; text: string }
  | { type: 'image_url'; image_url: { url: string } }
export interface ChatMessage {
  role: 'system' | 'user' | 'assistant'
  content: string | Part[]
}

export interface ChatRequest {
  model: string
  messages: ChatMessage[]
  temperature?: number
  max_tokens?: number
  tools?: unknown[]
}

export interface ChatEvents {
  /** The reply has begun. */
  onHeaders: (headers: Headers) => void
  /** One event as it came. */
  onData: (data: string) => void
}

/** Streams an answer. Aborting the signal ends the request, at the upstream too. */
export async function chat(
  keyId: number,
  body: ChatRequest,
  events: ChatEvents,
  signal: AbortSignal,
): Promise<void> {
  let response: Response
  try {
    response = await fetch(`${ADMIN_URL}/playground/${keyId}/chat.completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...body, stream: true, stream_options: { include_usage: true } }),
      signal,
    })
  } catch (error) {
    if (signal.aborted) throw error
    throw unreachable()
  }
  events.onHeaders(response.headers)
  if (!response.ok) throw await errorFrom(response, await response.json().catch(() => undefined))
  if (response.body === null) return
  for await (const data of eventData(response.body)) events.onData(data)
}
