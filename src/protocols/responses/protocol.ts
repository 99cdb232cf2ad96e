/** OpenAI's Responses API: what Codex, and clients and upstreams made for it, speak. */
import { isObject, refuse, tokensOf } from '../neutral/fields.ts'
import { openai } from '../openai/protocol.ts'
import { writePassedRequest } from '../openai/write-request.ts'
import { findContent, findShown } from '../prompt-texts.ts'
import type { ModelRequest, Protocol } from '../protocol.ts'
import { assertModelName, optionalFlag, readBody } from '../request-body.ts'
import { passing } from '../translation/same-format.ts'
import { responsesDialect, responsesWire } from './format.ts'
import { failedEvent } from './write-events.ts'

const DECISIVE = new Set(['model', 'stream', 'max_output_tokens', 'input', 'instructions', 'tools'])

/** `error` is null in an answer. */
const isError = (body: { error?: unknown }) => isObject(body.error)

const same = passing(responsesDialect, responsesWire, isError)

export const responses: Protocol = {
  ...same,
  name: 'responses',
  readRequest(endpoint, text) {
    const body = readBody(text, DECISIVE)
    const { model } = body
    if (typeof model !== 'string' || model === '')
      throw refuse('model', 'is required and must be a non-empty string')
    assertModelName(model)
    const stream = optionalFlag(body, 'stream')
    return { protocol: 'responses', endpoint, method: 'POST', model, stream, text, body }
  },
  findPrompt({ body }, found, add) {
    for (const name of ['instructions', 'input']) findContent(body[name], found, add)
    for (const name of ['tools', 'text']) findShown(body[name], found, add)
  },
  maxOutputTokens: ({ body }) => tokensOf(body.max_output_tokens),
  // Usage is part of the final event.
  asksForUsage: () => true,
  writeError: openai.writeError,
  writeErrorEvent: failedEvent,
  forwardedHeaders: ['openai-beta'],
  errorStatus: (status) => status,
  writeRequest: (request, { model }) => writePassedRequest(request, { model, askForUsage: false }),
  readModelList: openai.readModelList,
}

type Asked = Pick<ModelRequest, 'protocol' | 'body' | 'continued'>

/** Whether a request is for a response that goes on with something that is kept, or is to be kept itself. */
export function needsState({ protocol, body, continued }: Asked): boolean {
  return (
    protocol === 'responses' &&
    (continued?.stored === true ||
      body.store === true ||
      body.background === true ||
      [body.previous_response_id, body.conversation].some((id) => id != null))
  )
}
