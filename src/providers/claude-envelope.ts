/** Claude at another host: the model is in the path, the version and the betas are in the body. */
import { isObject, parseJson } from '../protocols/neutral/fields.ts'
import type { WireRequest } from '../upstreams/transport.ts'

export interface ClaudeHost {
  version: 'bedrock-2023-05-31' | 'vertex-2023-10-16'
  /** Betas that the host knows; it refuses all others. */
  betas: ReadonlySet<string>
  /** Whether `stream` stays in the body; else the path says it. */
  keepsStream: boolean
}

const SHARED_BETAS = [
  'computer-use-2025-01-24',
  'computer-use-2025-11-24',
  'context-1m-2025-08-07',
  'context-management-2025-06-27',
  'effort-2025-11-24',
  'fine-grained-tool-streaming-2025-05-14',
  'interleaved-thinking-2025-05-14',
  'tool-examples-2025-10-29',
  'tool-search-tool-2025-10-19',
]

/** https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-anthropic-claude-messages-request-response.html */
export const BEDROCK: ClaudeHost = {
  version: 'bedrock-2023-05-31',
  betas: new Set([
    ...SHARED_BETAS,
    'dev-full-thinking-2025-05-14',
    'output-128k-2025-02-19',
    'token-efficient-tools-2025-02-19',
  ]),
  keepsStream: false,
}

/** https://docs.cloud.google.com/vertex-ai/generative-ai/docs/partner-models/claude/use-claude */
export const VERTEX: ClaudeHost = {
  version: 'vertex-2023-10-16',
  betas: new Set([...SHARED_BETAS, 'web-search-2025-03-05']),
  keepsStream: true,
}

const BETA_HEADER = 'anthropic-beta'
const TOOL_SEARCH = 'tool-search-tool-2025-10-19'

/** The request with its body in the host's envelope, and without the header that the body replaces. */
export function inEnvelope(request: WireRequest, host: ClaudeHost): WireRequest {
  const body = typeof request.body === 'string' ? parseJson(request.body) : undefined
  if (!isObject(body)) return request
  const { [BETA_HEADER]: header = '', ...further } = request.further ?? {}
  const asked = header.split(',').map((beta) => beta.trim())
  const betas = asked.filter((beta) => host.betas.has(beta))
  const { model: _, stream, messages, tools, ...rest } = body
  const written = {
    anthropic_version: host.version,
    ...(betas.length > 0 && { anthropic_beta: betas }),
    ...rest,
    messages: Array.isArray(messages) ? messages.map(portable) : messages,
    ...(Array.isArray(tools) && { tools: tools.map((tool) => knownTool(tool, betas)) }),
    ...(host.keepsStream && stream === true && { stream }),
  }
  return { ...request, further, body: JSON.stringify(written) }
}

/** These hosts take system text at the top only; in the midst it is said as the user's, in tags. */
function portable(message: unknown): unknown {
  if (!isObject(message) || message.role !== 'system') return message
  const blocks = Array.isArray(message.content)
    ? message.content
    : [{ type: 'text', text: message.content }]
  const content = blocks.map((block) =>
    isObject(block) && typeof block.text === 'string'
      ? { ...block, text: `<system>\n${block.text}\n</system>` }
      : block,
  )
  return { role: 'user', content }
}

/** A field of a beta that is not there would be refused. */
function knownTool(tool: unknown, betas: readonly string[]): unknown {
  if (!isObject(tool) || betas.includes(TOOL_SEARCH)) return tool
  const { defer_loading: _, ...known } = tool
  return known
}
