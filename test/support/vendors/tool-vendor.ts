/** An upstream that calls a tool once if it gets one, and then repeats the last input; Chat Completions and Messages. */
import { eventText, message, messageEvents } from '../message-events.ts'

export interface ToolVendor {
  /** The address below which `/chat/completions` and `/v1/messages` are. */
  url: string
  stop(): Promise<void>
}

interface Body {
  stream?: boolean
  tools?: unknown[]
  messages: { role: string; content: unknown }[]
}

/** The call it makes, and what it says of the usage, in both formats. */
export const TOOL_CALL = { name: 'look', input: { at: 'cat' } }
export const TOOL_VENDOR_USAGE = { input: 28, output: 7 }

export function startToolVendor(): ToolVendor {
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    async fetch(request) {
      const body = (await request.json()) as Body
      return new URL(request.url).pathname.endsWith('/messages') ? messages(body) : chat(body)
    },
  })
  return { url: `http://127.0.0.1:${server.port}`, stop: () => server.stop(true) }
}

/** The last input, and whether that was a tool's result. */
function lastOf({ messages: all }: Body): { text: string; isResult: boolean } {
  const { role, content } = all.at(-1) ?? { role: '', content: '' }
  const parts = Array.isArray(content) ? content : [{ type: 'text', text: content }]
  const [part] = parts
  if (part.type !== 'tool_result') return { text: part.text, isResult: role === 'tool' }
  const inner = Array.isArray(part.content) ? part.content[0].text : part.content
  return { text: inner, isResult: true }
}

function messages(body: Body): Response {
  const { text, isResult } = lastOf(body)
  const looks = body.tools !== undefined && !isResult
  const said = { type: 'text', text: `You said: ${text}` }
  const content = looks ? [{ type: 'tool_use', id: 'toolu_1', ...TOOL_CALL }] : [said]
  const reason = looks ? 'tool_use' : 'end_turn'
  if (body.stream !== true) return Response.json(message(content, reason))
  return events(messageEvents(content, reason).map(eventText))
}

function chat(body: Body): Response {
  const { text, isResult } = lastOf(body)
  const looks = body.tools !== undefined && !isResult
  const { name, input } = TOOL_CALL
  const call = { type: 'function', function: { name, arguments: JSON.stringify(input) } }
  const said = { role: 'assistant', content: looks ? null : `You said: ${text}` }
  const calls = { ...said, tool_calls: [{ index: 0, id: 'call_1', ...call }] }
  const finish_reason = looks ? 'tool_calls' : 'stop'
  const head = { id: 'chatcmpl-1', created: 1_700_000_000, model: 'gpt-mock' }
  const usage = {
    prompt_tokens: TOOL_VENDOR_USAGE.input,
    completion_tokens: TOOL_VENDOR_USAGE.output,
    total_tokens: 35,
  }
  const whole = { index: 0, message: looks ? calls : said, finish_reason }
  if (body.stream !== true)
    return Response.json({ ...head, object: 'chat.completion', choices: [whole], usage })
  const chunks = [
    { choices: [{ index: 0, delta: looks ? calls : said, finish_reason: null }] },
    { choices: [{ index: 0, delta: {}, finish_reason }] },
    { choices: [], usage },
  ].map((chunk) => JSON.stringify({ ...head, object: 'chat.completion.chunk', ...chunk }))
  return events([...chunks, '[DONE]'].map((data) => `data: ${data}\n\n`))
}

function events(texts: readonly string[]): Response {
  return new Response(texts.join(''), { headers: { 'content-type': 'text/event-stream' } })
}
