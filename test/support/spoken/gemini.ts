/** Gemini, as tests speak it. */
import {
  constant,
  data,
  emptyRead,
  type Json,
  parsedEvents,
  type SpokenFormat,
  type SpokenUsage,
  textOf,
} from './format.ts'

const usageOf = ({ input, output }: SpokenUsage) => ({
  promptTokenCount: input,
  candidatesTokenCount: output,
  totalTokenCount: input + output,
})
const NONE = { input: 2, output: 0 }
const candidate = (text: string, finishReason?: string) => ({
  content: { role: 'model', parts: [{ text }] },
  index: 0,
  ...(finishReason !== undefined && { finishReason }),
})

export const gemini: SpokenFormat = {
  name: 'gemini',
  protocol: 'gemini',
  endpoint: 'generateContent',
  provider: 'gemini',
  path: (model, stream) =>
    `/v1beta/models/${model}:${stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
  question: () => ({ contents: [{ role: 'user', parts: [{ text: 'Tell me' }] }] }),
  events({ id: responseId, pieces, usage }) {
    const chunk = (text: string, reason?: string) =>
      data({
        candidates: [candidate(text, reason)],
        responseId,
        modelVersion: 'm',
        ...(reason !== undefined && { usageMetadata: usageOf(usage) }),
      })
    return [...pieces.map((text) => chunk(text)), chunk('', 'STOP')]
  },
  head: 0,
  whole: ({ id: responseId, pieces, usage }) => ({
    candidates: [candidate(pieces.join(''), 'STOP')],
    responseId,
    modelVersion: 'm',
    usageMetadata: usageOf(usage),
  }),
  error: (code, message) => ({
    error: { code, message, status: code === 400 ? 'INVALID_ARGUMENT' : 'UNAVAILABLE' },
  }),
  tooLong: 'The input token count (300000) exceeds the maximum number of tokens allowed (200000).',
  // Google answers with success, and without a candidate.
  filtered: {
    status: 200,
    body: { promptFeedback: { blockReason: 'PROHIBITED_CONTENT' }, usageMetadata: usageOf(NONE) },
  },
  errorEvent: (message) => data({ error: { code: 503, message, status: 'UNAVAILABLE' } }),
  turns: ({ contents }) =>
    (contents as Json[]).map(({ role, parts }) => ({
      role: role === 'model' ? 'model' : 'user',
      text: textOf(parts),
    })),
  read(stream) {
    const read = emptyRead()
    const id = constant(read, 'id')
    for (const event of parsedEvents(stream)) {
      if (event.error !== undefined) {
        read.errors.push(event.error.message)
        continue
      }
      id(event.responseId)
      const { usageMetadata: usage, candidates = [] } = event
      if (usage)
        read.usage = { input: usage.promptTokenCount, output: usage.candidatesTokenCount ?? 0 }
      for (const { content, finishReason } of candidates) {
        read.text += textOf(content?.parts)
        if (finishReason !== undefined) read.reasons.push(finishReason)
      }
    }
    return read
  },
  readWhole: (body: Json) => textOf(body.candidates[0].content.parts),
}
