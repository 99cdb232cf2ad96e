/** Messages as Anthropic's API answers them, whole and as events. */
export type Block = Readonly<Record<string, unknown>>

const USAGE = { input_tokens: 20, cache_read_input_tokens: 5, cache_creation_input_tokens: 3 }

export function message(content: readonly Block[], stop_reason = 'end_turn') {
  const usage = { ...USAGE, output_tokens: 7 }
  const head = { id: 'msg_up', type: 'message', role: 'assistant', model: 'claude-mock' }
  return { ...head, content, stop_reason, stop_sequence: null, usage }
}

/** The events of a message, each text and each input in two deltas. */
export function messageEvents(content: readonly Block[], stop_reason = 'end_turn'): object[] {
  const start = {
    ...message([], stop_reason),
    stop_reason: null,
    usage: { ...USAGE, output_tokens: 1 },
  }
  return [
    { type: 'message_start', message: start },
    ...content.flatMap(blockEvents),
    {
      type: 'message_delta',
      delta: { stop_reason, stop_sequence: null },
      usage: { output_tokens: 7 },
    },
    { type: 'message_stop' },
  ]
}

function blockEvents(block: Block, index: number): object[] {
  const delta = (value: object) => ({ type: 'content_block_delta', index, delta: value })
  const begin = (content_block: object) => ({ type: 'content_block_start', index, content_block })
  const end = { type: 'content_block_stop', index }
  switch (block.type) {
    case 'text':
      return [
        begin({ type: 'text', text: '' }),
        ...halves(String(block.text)).map((text) => delta({ type: 'text_delta', text })),
        end,
      ]
    case 'thinking':
      return [
        begin({ type: 'thinking', thinking: '', signature: '' }),
        delta({ type: 'thinking_delta', thinking: block.thinking }),
        delta({ type: 'signature_delta', signature: block.signature }),
        end,
      ]
    default:
      return [
        begin({ ...block, input: {} }),
        ...halves(JSON.stringify(block.input)).map((partial_json) =>
          delta({ type: 'input_json_delta', partial_json }),
        ),
        end,
      ]
  }
}

function halves(text: string): string[] {
  const middle = Math.ceil(text.length / 2)
  return [text.slice(0, middle), text.slice(middle)]
}

export function eventText(event: object): string {
  const { type } = event as { type: string }
  return `event: ${type}\ndata: ${JSON.stringify(event)}\n\n`
}
