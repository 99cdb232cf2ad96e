/** The `response` object around the output, for a client. */
import type {
  Response,
  ResponseError,
  ResponseOutputItem,
  ResponseStatus,
  ResponseTextConfig,
} from 'openai-7/resources/responses/responses.js'
import type { EndReason, Usage } from '../neutral/answer.ts'
import type { NeutralRequest } from '../neutral/neutral.ts'
import type { ReplyContext } from '../translation/format.ts'
import { responseId } from './items.ts'
import { writeUsage } from './usage.ts'
import { writeToolChoice, writeTools } from './write-tools.ts'

export interface ResponseState {
  /** The name that the upstream gives its model; null: what the client asked for. */
  model: string | null
  output: ResponseOutputItem[]
  status: ResponseStatus
  usage: Usage | null
  /** Why it is incomplete. */
  incomplete?: 'max_output_tokens' | 'content_filter'
  error?: ResponseError
}

export function responseObject(context: ReplyContext, state: ResponseState): Response {
  const { request, requestId, createdAt, continued, resumed } = context
  const written: WrittenResponse = {
    id: resumed?.answerId ?? responseId(requestId),
    object: 'response',
    created_at: createdAt,
    status: state.status,
    background: false,
    error: state.error ?? null,
    incomplete_details: state.incomplete === undefined ? null : { reason: state.incomplete },
    instructions: null,
    max_output_tokens: request.maxOutput,
    model: state.model ?? request.model,
    output: state.output,
    parallel_tool_calls: request.parallel ?? true,
    previous_response_id: continued?.previousId ?? null,
    prompt_cache_key: request.cacheKey,
    reasoning: { effort: request.reasoning.effort ?? null, summary: null },
    service_tier: 'default',
    store: continued?.stored ?? false,
    temperature: request.sampling.temperature ?? null,
    text: {
      format: formatOf(request),
      ...(request.verbosity !== null && { verbosity: request.verbosity }),
    },
    tool_choice: writeToolChoice(request.toolChoice, request.tools),
    tools: writeTools(request.tools, request.dialect),
    top_p: request.sampling.topP ?? null,
    truncation: 'disabled',
    ...(state.usage !== null && { usage: writeUsage(state.usage) }),
    metadata: (request.own.metadata as Response['metadata']) ?? {},
  }
  return written as unknown as Response
}

/** The SDK adds `output_text` on its side, and its type leaves out `store`. */
type WrittenResponse = Omit<Response, 'output_text' | 'access_programs'> & { store: boolean }

/** Also what a request to the wire says of its output. */
export function formatOf({ output }: NeutralRequest): NonNullable<ResponseTextConfig['format']> {
  if (output.type === 'json') return { type: 'json_object' }
  if (output.type === 'text') return { type: 'text' }
  const { schema, name, description, strict } = output
  return {
    type: 'json_schema',
    name: name ?? 'output',
    schema: { ...schema },
    ...(description !== undefined && { description }),
    ...(strict !== undefined && { strict }),
  }
}

/** How an answer that came to its end is reported. */
export function statusOf(reason: EndReason): Pick<ResponseState, 'status' | 'incomplete'> {
  if (reason === 'length' || reason === 'pause')
    return { status: 'incomplete', incomplete: 'max_output_tokens' }
  if (reason === 'filter') return { status: 'incomplete', incomplete: 'content_filter' }
  return { status: 'completed' }
}
