/** What asking for usage changes: one field of the request, and one chunk at the end of the stream. */
import { type Recording, requestOf } from './recorded/recordings.ts'

export function asksForUsage(recording: Recording): boolean {
  return (
    (requestOf(recording).stream_options as { include_usage?: boolean } | undefined)
      ?.include_usage === true
  )
}

export function withUsage(body: Record<string, unknown>): Record<string, unknown> {
  return {
    ...body,
    stream_options: { ...(body.stream_options as object | undefined), include_usage: true },
  }
}

export function withoutUsageChunk(stream: string): string {
  return stream
    .split(/(?<=\n\n)/)
    .filter((event) => !holdsOnlyUsage(event))
    .join('')
}

function holdsOnlyUsage(event: string): boolean {
  const data = event.slice('data: '.length).trim()
  if (data === '[DONE]') return false
  const { choices, usage } = JSON.parse(data) as { choices?: unknown[]; usage?: unknown }
  return choices?.length === 0 && typeof usage === 'object' && usage !== null
}
