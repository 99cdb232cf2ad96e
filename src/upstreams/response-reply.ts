/** A Response as the reply of a transport. */
import type { UpstreamReply } from './transport.ts'

export function replyOf(response: Response): UpstreamReply {
  const reader = (response.body as ReadableStream<Uint8Array> | null)?.getReader() ?? null
  return {
    status: response.status,
    header: (name) => response.headers.get(name),
    async next() {
      if (reader === null) return null
      const { done, value } = await reader.read()
      return done ? null : value
    },
  }
}
