/** Writes temperature and the like for Claude. */
import { clamped } from '../neutral/carry.ts'
import type { ModelFacts } from '../neutral/model-facts.ts'
import type { JsonObject, Loss, NeutralRequest, Sampling } from '../neutral/neutral.ts'

const NAMES: Readonly<Record<keyof Sampling, string>> = {
  temperature: 'temperature',
  topP: 'top_p',
  topK: 'top_k',
  seed: 'seed',
  frequencyPenalty: 'frequency_penalty',
  presencePenalty: 'presence_penalty',
}

export function writeSampling(
  { sampling, names }: NeutralRequest,
  facts: ModelFacts,
  losses: Loss[],
): JsonObject {
  const written: Record<string, unknown> = {}
  const drop = (name: keyof Sampling, why: string) =>
    losses.push({ field: names[name], how: 'dropped', why })
  for (const name of Object.keys(sampling) as (keyof Sampling)[]) {
    const value = sampling[name]
    if (value === undefined) continue
    if (name !== 'temperature' && name !== 'topP' && name !== 'topK')
      drop(name, 'Claude has no such field')
    else if (!facts.sampling) drop(name, 'the model takes no sampling parameters')
    else if (name === 'topP' && sampling.temperature !== undefined)
      drop(name, 'Claude takes temperature or top_p, not both')
    else
      written[NAMES[name]] =
        name === 'temperature' ? clamped(value, 1, names.temperature, losses) : value
  }
  return written
}
