/** What every major of the official client has in common, so that one suite drives them all. */
import OpenAI4 from 'openai-4'
import OpenAI5 from 'openai-5'
import OpenAI6 from 'openai-6'
import OpenAI7 from 'openai-7'
import type { Rig } from '../rig.ts'

export type Client = OpenAI7
export type ClientClass = typeof OpenAI7

/** The majors' types differ in details that these suites don't touch, so all are driven as the newest. */
export const MAJORS: readonly (readonly [name: string, Official: ClientClass])[] = [
  ['openai 4', OpenAI4 as unknown as ClientClass],
  ['openai 5', OpenAI5 as unknown as ClientClass],
  ['openai 6', OpenAI6 as unknown as ClientClass],
  ['openai 7', OpenAI7],
]

export interface CountingClient {
  client: Client
  /** How many requests it has sent, retries among them. */
  sent(): number
}

export function countingClient(
  Official: ClientClass,
  { gateway }: Rig,
  options: { apiKey?: string; maxRetries?: number } = {},
): CountingClient {
  let sent = 0
  const countedFetch = (input: string | URL | Request, init?: RequestInit) => {
    sent++
    return fetch(input, init)
  }
  const client = new Official({
    apiKey: gateway.proxyKey,
    baseURL: gateway.baseUrl,
    fetch: countedFetch as typeof fetch,
    ...options,
  })
  return { client, sent: () => sent }
}

/** The same client without the gateway. */
export function directClient(Official: ClientClass, { mock }: Rig): Client {
  return new Official({ apiKey: 'direct', baseURL: mock.url, maxRetries: 0, fetch })
}
