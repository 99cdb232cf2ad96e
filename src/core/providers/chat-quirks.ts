/**
 * What the Chat Completions of some vendors do otherwise than OpenAI's. Only translations heed it: a client of Chat
 * Completions says what it wants of its vendor, and its bytes pass. Compared with the vendors' documents on 2026-11-29.
 */

export interface ChatQuirks {
  /** Fields that it answers with a 400: left out, and reported. */
  refuses?: readonly string[]
  /** Fields that it has under another name. */
  renames?: Readonly<Record<string, string>>
  /** The most stop texts; absent: four, as at OpenAI. */
  maxStops?: number
  /** It takes no JSON schema for its output, only "some JSON". */
  withoutSchemas?: true
  /** The only ids of calls that it takes: so many letters and digits; absent: any. */
  callIdLength?: number
}

export const CHAT_QUIRKS = {
  /** "This response_format type is unavailable now": https://api-docs.deepseek.com/guides/json_mode */
  deepseek: { withoutSchemas: true },
  /** `response_format` is text or json_object, `stop` one word: https://docs.z.ai/api-reference/llm/chat-completion */
  zhipu: { withoutSchemas: true, maxStops: 1 },
  /**
   * "Tool call id was … but must be a-z, A-Z, 0-9, with a length of 9". Unknown fields are a 422, and its seed is named
   * `random_seed`: https://docs.mistral.ai/api/endpoint/chat
   */
  mistral: { callIdLength: 9, renames: { seed: 'random_seed' } },
  /** "Unsupported parameters": https://docs.cohere.com/docs/compatibility-api */
  cohere: { refuses: ['parallel_tool_calls'] },
  /** "Will result in a 400 error if supplied": https://inference-docs.cerebras.ai/resources/openai */
  cerebras: { refuses: ['frequency_penalty', 'presence_penalty'] },
} as const satisfies Record<string, ChatQuirks>
