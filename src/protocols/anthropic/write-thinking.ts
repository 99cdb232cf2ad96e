/** Writes how long Claude may think: adaptive with an effort, or a budget for older models. */

import type { JsonObject, Loss, NeutralRequest, Turn } from '../neutral/neutral.ts'
import {
  nearestEffort,
  planThinking,
  type ThinkingPlan,
  wantedEffort,
} from '../neutral/reasoning.ts'
import type { WireTarget } from '../translation/format.ts'
import { returnsTo } from '../translation/signatures.ts'

interface WrittenThinking {
  fields: JsonObject
  effort?: string
  /** The limit that has room for the budget; null: as asked. */
  maxOutput: number | null
}

export function writeThinking(
  request: NeutralRequest,
  turns: readonly Turn[],
  target: WireTarget,
  losses: Loss[],
): WrittenThinking {
  const plan = planThinking(request, target.facts, losses)
  if (plan === null) return { fields: {}, maxOutput: null }
  if (plan.type === 'off') return { fields: { thinking: { type: 'disabled' } }, maxOutput: null }
  if (plan.type === 'budget') return withBudget({ ...request, turns }, plan, target, losses)
  const effort = plan.effort === undefined ? {} : { effort: plan.effort }
  const obstacle = request.reasoning.mode === 'unset' ? null : obstacleTo(request)
  if (obstacle !== null) {
    losses.push({ field: request.names.reasoning, how: 'dropped', why: obstacle })
    return { fields: {}, ...effort, maxOutput: null }
  }
  // An effort alone says how much Claude writes; it does not turn thinking on.
  if (request.reasoning.mode === 'unset') return { fields: {}, ...effort, maxOutput: null }
  return {
    fields: { thinking: { type: 'adaptive', ...display(request) } },
    ...effort,
    maxOutput: null,
  }
}

/** Messages clients know their model's default; others have no such setting and expect to see the thought. */
function display({ reasoning, dialect }: NeutralRequest): JsonObject {
  const show = reasoning.show ?? (dialect === 'messages' ? undefined : true)
  return show === undefined ? {} : { display: show ? 'summarized' : 'omitted' }
}

function withBudget(
  request: NeutralRequest,
  plan: Extract<ThinkingPlan, { type: 'budget' }>,
  target: WireTarget,
  losses: Loss[],
): WrittenThinking {
  const wanted = wantedEffort(request.reasoning)
  const effort =
    request.reasoning.effort === undefined || wanted === undefined
      ? undefined
      : nearestEffort(wanted, target.facts.efforts)
  const withEffort = effort === undefined ? {} : { effort }
  const obstacle =
    obstacleTo(request) ?? (lacksThought(request.turns, target) ? LOST_THOUGHT : null)
  if (obstacle !== null) {
    losses.push({ field: request.names.reasoning, how: 'dropped', why: obstacle })
    return { fields: {}, ...withEffort, maxOutput: null }
  }
  const thinking = { type: 'enabled', budget_tokens: plan.budget }
  return { fields: { thinking }, ...withEffort, maxOutput: plan.maxOutput }
}

const LOST_THOUGHT = 'the thought before the open tool calls did not come back'
const LEAST_TOP_P = 0.95

/** What the client asked for that Claude refuses together with thinking; null: nothing. */
function obstacleTo({ toolChoice, sampling }: NeutralRequest): string | null {
  if (toolChoice.type === 'tool' || toolChoice.type === 'required')
    return 'the model does not think where a tool is forced'
  if (sampling.temperature !== undefined && sampling.temperature !== 1)
    return 'the model does not think at a temperature other than 1'
  if (sampling.topK !== undefined) return 'the model does not think with top_k'
  if (sampling.topP !== undefined && sampling.topP < LEAST_TOP_P)
    return `the model does not think with a top_p below ${LEAST_TOP_P}`
  return null
}

/** In an open tool loop Claude wants the thought that led to the calls before them. */
function lacksThought(turns: readonly Turn[], target: WireTarget): boolean {
  const last = turns.at(-1)
  if (last?.role !== 'user' || !last.parts.some((part) => part.type === 'result')) return false
  const calling = turns.findLast((turn) => turn.role === 'model')
  const first = calling?.parts[0]
  return !(first?.type === 'reasoning' && returnsTo(first.signature, target))
}
