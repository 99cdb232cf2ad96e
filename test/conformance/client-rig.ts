/** The gateway as the client suites see it: named models, and one upstream set apart for failures. */
import { type Rig, startRig } from './rig.ts'

export const CHAT_MODEL = 'gpt-4o-mini'
export const COMPLETION_MODEL = 'gpt-3.5-turbo-instruct'
export const EMBEDDING_MODEL = 'text-embedding-3-small'
export const FAILING_MODEL = 'failing-model'
export const FAILING_UPSTREAM = 'failing'

/** One key for the tests of failures, so that a key put aside is no other test's. */
export function startClientRig(): Promise<Rig> {
  return startRig([
    { name: 'answering', models: [CHAT_MODEL, COMPLETION_MODEL, EMBEDDING_MODEL] },
    { name: FAILING_UPSTREAM, models: [FAILING_MODEL] },
  ])
}

export const QUESTION = [{ role: 'user' as const, content: 'Say hello' }]

export const COMPLETION = {
  id: 'cmpl-1',
  object: 'text_completion',
  created: 1_700_000_000,
  model: COMPLETION_MODEL,
  choices: [{ index: 0, text: ' world', logprobs: null, finish_reason: 'stop' }],
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
}

const VECTOR = [0.5, -0.25, 0.125]

/** As OpenAI answers: base64 where asked for, numbers otherwise. */
export function embeddingReply(encoding: unknown): object {
  const embedding =
    encoding === 'base64' ? Buffer.from(new Float32Array(VECTOR).buffer).toString('base64') : VECTOR
  return {
    object: 'list',
    model: EMBEDDING_MODEL,
    data: [{ object: 'embedding', index: 0, embedding }],
    usage: { prompt_tokens: 2, total_tokens: 2 },
  }
}

export function upstreamError(code: string): object {
  return { error: { message: 'no', type: 'invalid_request_error', code, param: null } }
}
