/** The request that asks another target for the rest of an answer. */
import type { ModelFacts } from '../neutral/model-facts.ts'
import type { NeutralRequest, Turn } from '../neutral/neutral.ts'
import type { Way } from './overlap.ts'
import type { SentAnswer } from './sent-answer.ts'

/** The target is asked for the whole answer: of its text, the client has nothing. */
export type ContinueWay = Way | 'restart'

const INSTRUCTION =
  'Your answer above was cut off in transit. Continue it exactly after its last character: repeat nothing of it, begin with no introduction, apology or comment, and keep its language and format.'

/**
 * How a target can be asked for the rest, best first; none if it can't be: half a call, a refusal or an image is not
 * continued by another model, and half a JSON document only by one that takes the beginning of its own turn.
 */
export function waysToContinue(
  request: NeutralRequest,
  sent: SentAnswer,
  { prefill }: Pick<ModelFacts, 'prefill'>,
): readonly ContinueWay[] {
  const goesOn = sent.parts.every(({ part }) => part.type === 'text' || part.type === 'reasoning')
  if (!goesOn) return []
  if (sent.text.trim() === '') return ['restart']
  const { type: choice } = request.toolChoice
  const mustCall = choice === 'required' || choice === 'tool'
  if (request.output.type !== 'text') return prefill && !mustCall ? ['prefill'] : []
  return prefill && !mustCall ? ['prefill', 'instruct'] : ['instruct']
}

/** `spentTokens`: what of the limit on the answer's length was generated. */
export function continuedRequest(
  request: NeutralRequest,
  sent: SentAnswer,
  { way, spentTokens }: { way: ContinueWay; spentTokens: number },
): NeutralRequest {
  if (way === 'restart') return request
  const { maxOutput } = request
  const left = maxOutput === null ? null : Math.max(1, maxOutput - spentTokens)
  if (way === 'instruct') {
    const turns = [...request.turns, said(sent.text), asked(INSTRUCTION)]
    return { ...request, turns, maxOutput: left }
  }
  // Anthropic takes no space at the end of a turn that goes on, and no thinking in it.
  const turns = [...request.turns, said(sent.text.trimEnd())]
  const free = { reasoning: { mode: 'unset' }, output: { type: 'text' } } as const
  return { ...request, ...free, turns, maxOutput: left }
}

function said(text: string): Turn {
  return { role: 'model', parts: [{ type: 'text', text }] }
}

function asked(text: string): Turn {
  return { role: 'user', parts: [{ type: 'text', text }] }
}
