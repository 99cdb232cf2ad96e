/** Calls of the model routes with a proxy key, as a program makes them. */
import { queryOptions } from '@tanstack/react-query'
import { GATEWAY_URL } from '@/lib/addresses.ts'
import { errorFrom, unreachable } from './errors.ts'

async function call(path: string, secret: string, init: RequestInit): Promise<Response> {
  const headers = { authorization: `Bearer ${secret}`, 'content-type': 'application/json' }
  let response: Response
  try {
    response = await fetch(`${GATEWAY_URL}/v1/${path}`, { ...init, headers, credentials: 'omit' })
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw unreachable()
  }
  if (response.ok) return response
  throw await errorFrom(response, await response.json().catch(() => undefined))
}

/** The models that a key may use. Not by session: being signed in adds none. */
export const usableModelsQuery = (secret: string | null) =>
  queryOptions({
    queryKey: ['usable-models', secret],
    queryFn: async ({ signal }) => {
      const reply = await call('models', secret ?? '', { signal })
      const { data } = (await reply.json()) as { data: { id: string }[] }
      return data.map(({ id }) => id)
    },
    enabled: secret !== null,
    // The secret must not stay in memory after its dialog is closed.
    gcTime: 0,
  })

/** Sends one small question. Resolves with the milliseconds it took. */
export async function sendTest(secret: string, model: string): Promise<number> {
  const startedMs = performance.now()
  const body = JSON.stringify({
    model,
    messages: [{ role: 'user', content: 'Say hello.' }],
    max_tokens: 16,
  })
  await call('chat/completions', secret, { method: 'POST', body })
  return performance.now() - startedMs
}
