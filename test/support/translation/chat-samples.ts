/** Parts of requests and streams that tests of translation are made of. */
import { GatewayError } from '../../../src/core/errors.ts'
import type { JsonObject } from '../../../src/protocols/neutral/neutral.ts'

export const tool = (
  name: string,
  parameters: JsonObject | null = { type: 'object', properties: {} },
) => ({
  type: 'function',
  function: { name, ...(parameters !== null && { parameters }) },
})
export const call = (id: string, name = 'look', args = '{}') => ({
  id,
  type: 'function',
  function: { name, arguments: args },
})
export const asks = (content: unknown) => ({ role: 'user', content })
export const claudeTool = { name: 'look', input_schema: { type: 'object', properties: {} } }

export const chunk = (delta: JsonObject, more: JsonObject = {}) => ({
  id: 'x',
  model: 'm',
  choices: [{ index: 0, delta, finish_reason: null, ...more }],
})
export const finish = (reason: string) => chunk({}, { finish_reason: reason })
export const usage = (prompt_tokens: number, completion_tokens: number, more: JsonObject = {}) => ({
  choices: [],
  usage: { prompt_tokens, completion_tokens, ...more },
})
export const toClaude = { client: 'messages', upstream: 'chat' } as const

/** The error that refuses a request. */
export function refusal(run: () => unknown): GatewayError {
  try {
    run()
  } catch (error) {
    if (error instanceof GatewayError) return error
    throw error
  }
  throw new Error('nothing was refused')
}
