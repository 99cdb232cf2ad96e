/** Efforts and budgets: two ways to say how long a model may think, and how one becomes the other. */
import { clamped } from './carry.ts'
import type { ModelFacts } from './model-facts.ts'
import type { Effort, Loss, NeutralRequest, Reasoning } from './neutral.ts'

const EFFORTS: readonly Effort[] = ['minimal', 'low', 'medium', 'high', 'xhigh', 'max']
/** The least that Claude takes. */
export const MIN_BUDGET = 1024

/** Tokens for an effort. */
export function budgetOf(effort: Effort): number {
  switch (effort) {
    case 'minimal':
      return MIN_BUDGET
    case 'low':
      return 2 * 1024
    case 'medium':
      return 8 * 1024
    case 'high':
      return 16 * 1024
    default:
      return 32 * 1024
  }
}

/** The effort that corresponds to a budget. */
export function effortOf(budget: number): Effort {
  if (budget < 4_000) return 'low'
  if (budget < 12_000) return 'medium'
  return budget < 24_000 ? 'high' : 'xhigh'
}

/** What the client wants, whichever way it said it; undefined: it left that to the model. */
export function wantedEffort({ effort, budget }: Reasoning): Effort | undefined {
  if (effort !== undefined) return effort
  return budget === undefined ? undefined : effortOf(budget)
}

/** The effort of the model's list nearest to the wanted one; of two as near, the lower. */
export function nearestEffort(wanted: Effort, taken: readonly Effort[]): Effort | undefined {
  const place = EFFORTS.indexOf(wanted)
  let nearest: Effort | undefined
  let distance = Number.POSITIVE_INFINITY
  for (const effort of taken) {
    const away = Math.abs(EFFORTS.indexOf(effort) - place)
    if (away < distance) {
      nearest = effort
      distance = away
    }
  }
  return nearest
}

/** How a model is to think, in its own terms; null: say nothing, its default holds. */
export type ThinkingPlan =
  | { type: 'off' }
  | { type: 'effort'; effort: Effort }
  /** As long as the model likes, perhaps with an effort. */
  | { type: 'adaptive'; effort?: Effort }
  | { type: 'budget'; budget: number; maxOutput: number | null }

/** Plans the model's thinking; what it can't do as asked is added to `losses`. */
export function planThinking(
  request: NeutralRequest,
  facts: ModelFacts,
  losses: Loss[],
): ThinkingPlan | null {
  const { reasoning, names } = request
  if (reasoning.mode === 'off') return planOff(request, facts, losses)
  const wanted = wantedEffort(reasoning)
  if (reasoning.mode === 'unset' && wanted === undefined) return null
  if (facts.thinking === 'none') {
    // A model that can't think does what `auto` leaves to it.
    if (reasoning.mode === 'on' || wanted !== undefined)
      losses.push({
        field: names.reasoning,
        how: 'dropped',
        why: 'the model does not take a reasoning effort',
      })
    return null
  }
  if (facts.thinking === 'budget') return planBudget(request, facts, losses)
  const effort = wanted === undefined ? undefined : fittedEffort(wanted, request, facts, losses)
  if (facts.thinking === 'adaptive')
    return effort === undefined ? { type: 'adaptive' } : { type: 'adaptive', effort }
  return effort === undefined ? null : { type: 'effort', effort }
}

function planOff(
  { names }: NeutralRequest,
  facts: ModelFacts,
  losses: Loss[],
): ThinkingPlan | null {
  if (facts.thinking === 'none') return null
  if (facts.thinkingOff) return { type: 'off' }
  const [lowest] = facts.efforts
  losses.push({
    field: names.reasoning,
    how: 'clamped',
    why: 'the model always thinks; its lowest effort is used',
  })
  if (facts.thinking === 'budget') return { type: 'budget', budget: MIN_BUDGET, maxOutput: null }
  return lowest === undefined ? null : { type: 'effort', effort: lowest }
}

function fittedEffort(
  wanted: Effort,
  request: NeutralRequest,
  facts: ModelFacts,
  losses: Loss[],
): Effort | undefined {
  const field = lengthField(request)
  const effort = nearestEffort(wanted, facts.efforts)
  if (effort === undefined) losses.push({ field, how: 'dropped', why: 'the model takes no effort' })
  else if (effort !== wanted)
    losses.push({
      field,
      how: 'clamped',
      why: `the model takes ${facts.efforts.join(', ')}`,
    })
  return effort
}

/** Where the client said how long to think. */
function lengthField({ reasoning, names }: NeutralRequest): string {
  return reasoning.effort === undefined ? names.budget : names.effort
}

/**
 * A budget is part of the most tokens to generate. A client that gave an effort did not count it in (or its
 * own wire does not), so the limit is raised by it, up to what the model can; one that gave a budget did.
 */
function planBudget(
  request: NeutralRequest,
  facts: ModelFacts,
  losses: Loss[],
): ThinkingPlan | null {
  const { reasoning, maxOutput } = request
  const most = facts.maxBudget ?? Number.POSITIVE_INFINITY
  const wanted =
    reasoning.budget === undefined
      ? Math.min(budgetOf(reasoning.effort ?? 'medium'), most)
      : clamped(reasoning.budget, most, request.names.budget, losses)
  const largest = facts.maxOutput ?? Number.POSITIVE_INFINITY
  if (maxOutput === null) {
    const room = Math.floor(largest / 2)
    return { type: 'budget', budget: Math.max(MIN_BUDGET, Math.min(wanted, room)), maxOutput: null }
  }
  const counted = reasoning.budget !== undefined
  const limit = Math.min(counted ? maxOutput : maxOutput + wanted, largest)
  const budget = Math.min(wanted, limit - roomFor(limit))
  if (budget < MIN_BUDGET) {
    losses.push({
      field: request.names.reasoning,
      how: 'dropped',
      why: `${limit} tokens leave no room for thinking`,
    })
    return null
  }
  if (budget < wanted)
    losses.push({
      field: reasoning.budget === undefined ? lengthField(request) : request.names.budget,
      how: 'clamped',
      why: `the answer needs room within ${limit} tokens`,
    })
  return { type: 'budget', budget, maxOutput: limit }
}

/** What is kept for the answer itself. */
function roomFor(limit: number): number {
  return Math.min(1024, Math.floor(limit / 4))
}
