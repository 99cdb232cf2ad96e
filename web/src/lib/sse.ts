/** Splits a stream of server-sent events into the data of each, whatever the pieces it arrives in. */

export async function* eventData(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  const reader = body.getReader()
  let rest = ''
  try {
    for (;;) {
      const { done, value } = await reader.read()
      rest += done ? decoder.decode() : decoder.decode(value, { stream: true })
      // Only as far as whole lines go; a lone CR at the end may be half of a CRLF.
      const events = rest.split(/\r\n\r\n|\n\n|\r\r(?!\n)/)
      rest = events.pop() ?? ''
      if (done && rest.trim() !== '') {
        events.push(rest)
        rest = ''
      }
      for (const event of events) {
        const data = dataOf(event)
        if (data !== null) yield data
      }
      if (done) return
    }
  } finally {
    await reader.cancel().catch(() => {})
  }
}

function dataOf(event: string): string | null {
  const lines = event.split(/\r\n|\n|\r/).filter((line) => line.startsWith('data:'))
  return lines.length === 0 ? null : lines.map((line) => line.slice(5).replace(/^ /, '')).join('\n')
}
