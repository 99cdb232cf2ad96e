/** Writes temperature and the like, and stop texts, for Chat Completions. */
import type { ModelFacts } from '../../neutral/model-facts.ts'
import type { JsonObject, Loss, NeutralRequest, Sampling } from '../../neutral/neutral.ts'
import type { WireTarget } from '../../translation/format.ts'

const NAMES: Readonly<Record<keyof Sampling, string>> = {
  temperature: 'temperature',
  topP: 'top_p',
  topK: 'top_k',
  seed: 'seed',
  frequencyPenalty: 'frequency_penalty',
  presencePenalty: 'presence_penalty',
}
const MAX_STOPS = 4

export function writeSampling(
  { sampling, names }: NeutralRequest,
  target: WireTarget,
  losses: Loss[],
): JsonObject {
  const written: Record<string, unknown> = {}
  for (const name of Object.keys(sampling) as (keyof Sampling)[]) {
    const value = sampling[name]
    if (value === undefined) continue
    const field = names[name]
    if (name === 'topK') losses.push({ field, how: 'dropped', why: 'chat upstreams take no top_k' })
    else if (!isTaken(name, target.facts))
      losses.push({ field, how: 'dropped', why: refusalOf(target.facts) })
    else written[NAMES[name]] = value
  }
  return written
}

function isTaken(name: keyof Sampling, { sampling, penaltiesAndStops }: ModelFacts): boolean {
  if (name === 'seed') return true
  const isPenalty = name === 'frequencyPenalty' || name === 'presencePenalty'
  return sampling && (penaltiesAndStops || !isPenalty)
}

function refusalOf({ sampling }: ModelFacts): string {
  return `the model takes no ${sampling ? 'penalties' : 'sampling parameters'}`
}

export function writeStop(
  { stop, names }: NeutralRequest,
  target: WireTarget,
  losses: Loss[],
): JsonObject {
  if (stop.length === 0) return {}
  // OpenAI's reasoning models, the same that take no sampling, refuse stop texts.
  const { sampling, penaltiesAndStops } = target.facts
  if ((target.vendor === 'openai' && !sampling) || !penaltiesAndStops) {
    losses.push({ field: names.stop, how: 'dropped', why: 'the model takes no stop sequences' })
    return {}
  }
  const most = target.quirks?.maxStops ?? MAX_STOPS
  if (stop.length > most) {
    const why = `the upstream takes ${most} stop sequence${most === 1 ? '' : 's'}`
    losses.push({ field: names.stop, how: 'clamped', why })
  }
  return { stop: stop.slice(0, most) }
}
