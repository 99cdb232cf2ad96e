/** A request like one of the list, as a command. Prompts are not recorded, so it has an example instead. */
import { shellQuote } from './snippets.ts'

interface Sent {
  /** The public address of the gateway, without `/v1`. */
  address: string
  /** As it is recorded, such as `chat/completions`. */
  endpoint: string
  model: string
  stream: boolean
}

const QUESTION = 'Say hello.'
const messages = [{ role: 'user', content: QUESTION }]

const BODIES: Readonly<Record<string, object>> = {
  'chat/completions': { messages },
  completions: { prompt: QUESTION },
  embeddings: { input: QUESTION },
  messages: { max_tokens: 100, messages },
  'messages/count_tokens': { messages },
  responses: { input: QUESTION },
  'responses/input_tokens': { input: QUESTION },
}

const contents = [{ role: 'user', parts: [{ text: QUESTION }] }]
const GEMINI_BODIES: Readonly<Record<string, object>> = {
  generateContent: { contents },
  countTokens: { contents },
  embedContent: { content: contents[0] },
}

/** Null for an endpoint whose requests have no example, such as files. */
export function requestCurl({ address, endpoint, model, stream }: Sent): string | null {
  const body = BODIES[endpoint]
  if (body !== undefined)
    return curl(`${address}/v1/${endpoint}`, { model, ...body, ...(stream ? { stream } : {}) })
  const gemini = GEMINI_BODIES[endpoint]
  if (gemini === undefined) return null
  const action = stream ? 'streamGenerateContent?alt=sse' : endpoint
  return curl(`${address}/v1beta/models/${encodeURIComponent(model)}:${action}`, gemini)
}

function curl(url: string, body: object): string {
  return [
    `curl -N ${shellQuote(url)} \\`,
    '  -H "authorization: Bearer $OPENAI_API_KEY" \\',
    "  -H 'content-type: application/json' \\",
    `  -d ${shellQuote(JSON.stringify(body))}`,
  ].join('\n')
}
