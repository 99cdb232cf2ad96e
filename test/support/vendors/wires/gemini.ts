/** The answer in the format of Gemini. */
import { CALLS, type Ending, sse, TEXT, THOUGHT, USAGE, units } from './answer.ts'

export function gemini(ending: Ending): string {
  const usageMetadata = {
    promptTokenCount: USAGE.input,
    cachedContentTokenCount: USAGE.cached,
    candidatesTokenCount: USAGE.output - USAGE.reasoning,
    thoughtsTokenCount: USAGE.reasoning,
    totalTokenCount: USAGE.input + USAGE.output,
  }
  const event = (parts: readonly object[], finishReason?: string) => ({
    candidates: [
      { content: { role: 'model', parts }, index: 0, ...(finishReason && { finishReason }) },
    ],
    usageMetadata,
    modelVersion: 'm',
    responseId: 'r',
  })
  const said = [
    ...units(THOUGHT).map((text) => event([{ text, thought: true }])),
    ...units(TEXT).map((text) => event([{ text }])),
  ]
  if (ending === 'cut') return sse(said)
  if (ending === 'broken')
    return sse([...said, { error: { code: 503, message: 'no', status: 'UNAVAILABLE' } }])
  const called = CALLS.map(({ name, args: given }) =>
    event([{ functionCall: { name, args: given }, thoughtSignature: 'c2ln' }]),
  )
  const reason = { call: 'STOP', length: 'MAX_TOKENS', filter: 'SAFETY' }[ending]
  return sse([...said, ...(ending === 'call' ? called : []), event([], reason)])
}
