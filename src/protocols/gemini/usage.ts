/** Token counts as Gemini reports them: the prompt includes cached tokens; thoughts are counted separately from the answer. */
import type { GenerateContentResponseUsageMetadata } from '@google/genai'
import type { TokenUsage } from '../../core/token-usage.ts'
import type { Usage } from '../neutral/answer.ts'
import { isObject, tokensOf } from '../neutral/fields.ts'
import { tokenUsage } from '../token-usage.ts'

/** Null without a prompt's count: the first events of a stream name only the kind of traffic. */
export function readUsage(value: unknown): Usage | null {
  if (!isObject(value) || value.promptTokenCount === undefined) return null
  const reasoning = tokensOf(value.thoughtsTokenCount)
  return {
    input: tokensOf(value.promptTokenCount) + tokensOf(value.toolUsePromptTokenCount),
    output: tokensOf(value.candidatesTokenCount) + reasoning,
    cacheRead: tokensOf(value.cachedContentTokenCount),
    cacheWrite5m: 0,
    cacheWrite1h: 0,
    reasoning,
    audioInput: audioIn(value.promptTokensDetails),
    audioOutput: audioIn(value.candidatesTokensDetails),
  }
}

/** Of an answer in a batch, or of a turn of a live session, which has other names for what the model said. */
export function tokensInAnswer(answer: unknown): TokenUsage | null {
  const said = isObject(answer) && isObject(answer.usageMetadata) ? answer.usageMetadata : {}
  const usage = readUsage({
    candidatesTokenCount: said.responseTokenCount,
    candidatesTokensDetails: said.responseTokensDetails,
    ...said,
  })
  if (usage === null) return null
  const searches = new Set<string>()
  for (const part of groundedIn(answer))
    if (isObject(part)) noteSearches(searches, part.groundingMetadata)
  return tokenUsage(searches.size === 0 ? usage : { ...usage, units: { searches: searches.size } })
}

/** What may carry grounding: the candidates of an answer, or the content of a live session. */
function groundedIn(answer: unknown): unknown[] {
  const { candidates, serverContent } = isObject(answer) ? answer : {}
  return Array.isArray(candidates) ? candidates : [serverContent]
}

/** The queries that Google was asked; it does not charge empty ones. */
export function noteSearches(known: Set<string>, grounding: unknown): void {
  const queries = isObject(grounding) ? grounding.webSearchQueries : null
  for (const query of Array.isArray(queries) ? queries : [])
    if (typeof query === 'string' && query !== '') known.add(query)
}

function audioIn(details: unknown): number {
  const all: unknown[] = Array.isArray(details) ? details : []
  const audio = all.find((each) => isObject(each) && each.modality === 'AUDIO')
  return isObject(audio) ? tokensOf(audio.tokenCount) : 0
}

export function writeUsage(usage: Usage): GenerateContentResponseUsageMetadata {
  const { input, output, cacheRead, reasoning } = usage
  return {
    promptTokenCount: input,
    candidatesTokenCount: Math.max(0, output - reasoning),
    totalTokenCount: input + output,
    ...(cacheRead > 0 && { cachedContentTokenCount: cacheRead }),
    ...(reasoning > 0 && { thoughtsTokenCount: reasoning }),
  }
}
