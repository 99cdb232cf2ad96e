/** A turn of a model that calls one tool, streamed in the words of each wire format. */
import { EventStreamCodec } from '@smithy/core/event-streams'
import { messageStart } from '../support/vendors/wires/messages.ts'

export const WIRES = ['chat', 'responses', 'messages', 'gemini', 'converse'] as const
export type Wire = (typeof WIRES)[number]

/** What the model does in its next turn: one call, or its last words. */
export interface Turn {
  call?: { name: string; args: object }
  text: string
}

const codec = new EventStreamCodec(
  (bytes) => new TextDecoder().decode(bytes as Uint8Array),
  (text) => new TextEncoder().encode(text),
)

function frame(name: string, payload: unknown): Uint8Array {
  const value = (text: string) => ({ type: 'string', value: text }) as const
  return codec.encode({
    headers: { ':message-type': value('event'), ':event-type': value(name) },
    body: new TextEncoder().encode(JSON.stringify(payload)),
  })
}

const sse = (events: unknown[]) =>
  new Response(
    events
      .map((event) => `data: ${typeof event === 'string' ? event : JSON.stringify(event)}\n\n`)
      .join(''),
    { headers: { 'content-type': 'text/event-stream' } },
  )

/** Each wire's own words for a turn, streamed. */
export const WRITERS: Readonly<Record<Wire, (turn: Turn) => Response>> = {
  chat: ({ call, text }) =>
    sse([
      { choices: [{ index: 0, delta: { role: 'assistant', content: text }, finish_reason: null }] },
      ...(call === undefined
        ? []
        : [
            {
              choices: [
                {
                  index: 0,
                  delta: {
                    tool_calls: [
                      {
                        index: 0,
                        id: 'call_1',
                        type: 'function',
                        function: { name: call.name, arguments: JSON.stringify(call.args) },
                      },
                    ],
                  },
                  finish_reason: null,
                },
              ],
            },
          ]),
      {
        choices: [
          { index: 0, delta: {}, finish_reason: call === undefined ? 'stop' : 'tool_calls' },
        ],
      },
      { choices: [], usage: { prompt_tokens: 50, completion_tokens: 5, total_tokens: 55 } },
      '[DONE]',
    ]),
  responses: ({ call, text }) => {
    const message = {
      type: 'message',
      id: 'msg_1',
      role: 'assistant',
      status: 'completed',
      content: [{ type: 'output_text', text, annotations: [] }],
    }
    const calls =
      call === undefined
        ? []
        : [
            {
              type: 'function_call',
              id: 'fc_1',
              call_id: 'call_1',
              name: call.name,
              arguments: JSON.stringify(call.args),
              status: 'completed',
            },
          ]
    const output = [message, ...calls]
    const usage = { input_tokens: 50, output_tokens: 5, total_tokens: 55 }
    const response = { id: 'resp_1', object: 'response', model: 'm', created_at: 1 }
    return sse([
      { type: 'response.created', response: { ...response, status: 'in_progress', output: [] } },
      ...output.flatMap((item, output_index) => [
        { type: 'response.output_item.added', output_index, item },
        { type: 'response.output_item.done', output_index, item },
      ]),
      { type: 'response.completed', response: { ...response, status: 'completed', output, usage } },
    ])
  },
  messages: ({ call, text }) =>
    sse([
      messageStart({ input_tokens: 50, output_tokens: 1 }),
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } },
      { type: 'content_block_stop', index: 0 },
      ...(call === undefined
        ? []
        : [
            {
              type: 'content_block_start',
              index: 1,
              content_block: { type: 'tool_use', id: 'toolu_1', name: call.name, input: {} },
            },
            {
              type: 'content_block_delta',
              index: 1,
              delta: { type: 'input_json_delta', partial_json: JSON.stringify(call.args) },
            },
            { type: 'content_block_stop', index: 1 },
          ]),
      {
        type: 'message_delta',
        delta: { stop_reason: call === undefined ? 'end_turn' : 'tool_use' },
        usage: { output_tokens: 5 },
      },
      { type: 'message_stop' },
    ]),
  gemini: ({ call, text }) =>
    sse([
      {
        candidates: [
          {
            content: {
              role: 'model',
              parts: [
                { text },
                ...(call === undefined
                  ? []
                  : [
                      {
                        functionCall: { name: call.name, args: call.args },
                        thoughtSignature: 'c2ln',
                      },
                    ]),
              ],
            },
            finishReason: 'STOP',
          },
        ],
        usageMetadata: { promptTokenCount: 50, candidatesTokenCount: 5, totalTokenCount: 55 },
        responseId: 'r',
      },
    ]),
  converse: ({ call, text }) =>
    new Response(
      Buffer.concat([
        frame('messageStart', { role: 'assistant' }),
        frame('contentBlockDelta', { contentBlockIndex: 0, delta: { text } }),
        frame('contentBlockStop', { contentBlockIndex: 0 }),
        ...(call === undefined
          ? []
          : [
              frame('contentBlockStart', {
                contentBlockIndex: 1,
                start: { toolUse: { toolUseId: 'tooluse_1', name: call.name } },
              }),
              frame('contentBlockDelta', {
                contentBlockIndex: 1,
                delta: { toolUse: { input: JSON.stringify(call.args) } },
              }),
              frame('contentBlockStop', { contentBlockIndex: 1 }),
            ]),
        frame('messageStop', { stopReason: call === undefined ? 'end_turn' : 'tool_use' }),
        frame('metadata', { usage: { inputTokens: 50, outputTokens: 5, totalTokens: 55 } }),
      ]),
      { headers: { 'content-type': 'application/vnd.amazon.eventstream' } },
    ),
}
