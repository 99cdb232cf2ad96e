/** Writes temperature and the like, and stop texts, for Chat Completions. */

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
    else if (!target.facts.sampling && name !== 'seed')
      losses.push({ field, how: 'dropped', why: 'the model takes no sampling parameters' })
    else written[NAMES[name]] = value
  }
  return written
}

export function writeStop(
  { stop, names }: NeutralRequest,
  target: WireTarget,
  losses: Loss[],
): JsonObject {
  if (stop.length === 0) return {}
  // OpenAI's reasoning models, the same that take no sampling, refuse stop texts.
  if (target.vendor === 'openai' && !target.facts.sampling) {
    losses.push({ field: names.stop, how: 'dropped', why: 'the model takes no stop sequences' })
    return {}
  }
  if (stop.length > MAX_STOPS)
    losses.push({
      field: names.stop,
      how: 'clamped',
      why: `the upstream takes ${MAX_STOPS} stop sequences`,
    })
  return { stop: stop.slice(0, MAX_STOPS) }
}
