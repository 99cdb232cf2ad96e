/** A request to an upstream of the Responses API. */
import type { ResponseCreateParams } from 'openai-7/resources/responses/responses.js'
import { digest } from '../neutral/call-ids.ts'
import { objectOutput, ownFields, reportVerbosity, turnsField } from '../neutral/carry.ts'
import type { JsonObject, Loss, NeutralRequest, Sampling, Turn } from '../neutral/neutral.ts'
import { present } from '../neutral/present.ts'
import { planThinking, type ThinkingPlan } from '../neutral/reasoning.ts'
import { arrangeTurns, holdsNoText, splitSystem, textOf } from '../neutral/turns.ts'
import type { WireTarget, WrittenRequest } from '../translation/format.ts'
import { formatOf } from './envelope.ts'
import { writeInput } from './write-items.ts'
import { writeToolChoice, writeTools } from './write-tools.ts'

const MIN_OUTPUT_TOKENS = 16
const MAX_USER_LENGTH = 64

export function writeRequest(asked: NeutralRequest, target: WireTarget): WrittenRequest {
  const losses: Loss[] = []
  const { request, unwraps } = objectOutput(asked, 'responses', losses)
  const { instructions, turns } = spoken(request)
  const { tools } = request
  const own = ownFields(request, 'responses', losses)
  const body: ResponseCreateParams = {
    model: target.model,
    input: writeInput(turns, { request, target, losses }),
    ...(instructions !== '' && { instructions }),
    ...(tools.length > 0 && {
      tools: writeTools(tools, request.dialect),
      tool_choice: writeToolChoice(request.toolChoice, tools),
      ...present({ parallel_tool_calls: request.parallel ?? undefined }),
    }),
    ...outputLimit(request, losses),
    ...sampling(request, target, losses),
    ...thinking(request, planThinking(request, target.facts, losses)),
    ...textOptions(request, target, losses),
    ...identity(request),
    ...(request.stream && { stream: true }),
    // Nothing is kept upstream, so the thoughts must come back sealed.
    store: false,
    include: ['reasoning.encrypted_content'],
    ...own,
  }
  if (request.stop.length > 0) losses.push(dropped(request.names.stop, 'has no stop sequences'))
  return { body: body as unknown as JsonObject, losses, unwraps }
}

/** OpenAI wants an input: instructions alone are one. */
function spoken(request: NeutralRequest): { instructions: string; turns: readonly Turn[] } {
  const field = turnsField(request)
  const { system, rest } = splitSystem(request.turns)
  const turns = arrangeTurns(rest, field)
  if (turns.length > 0) return { instructions: textOf(system), turns }
  if (system.length === 0) throw holdsNoText(field)
  return { instructions: '', turns: [{ role: 'system', parts: system }] }
}

function dropped(field: string, why: string): Loss {
  return { field, how: 'dropped', why: `OpenAI Responses ${why}` }
}

function outputLimit({ maxOutput, names }: NeutralRequest, losses: Loss[]) {
  if (maxOutput === null) return {}
  if (maxOutput < MIN_OUTPUT_TOKENS)
    losses.push({
      field: names.maxOutput,
      how: 'clamped',
      why: `OpenAI Responses takes at least ${MIN_OUTPUT_TOKENS}`,
    })
  return { max_output_tokens: Math.max(MIN_OUTPUT_TOKENS, maxOutput) }
}

function sampling(request: NeutralRequest, { facts }: WireTarget, losses: Loss[]) {
  const { sampling: wanted, names } = request
  const { temperature, topP, ...unknown } = wanted
  for (const name of Object.keys(unknown) as (keyof typeof unknown)[])
    losses.push(dropped(names[name], 'has no such field'))
  if (facts.sampling) return present({ temperature, top_p: topP })
  for (const [name, value] of Object.entries({ temperature, topP }))
    if (value !== undefined) {
      const field = names[name as keyof Sampling]
      losses.push({ field, how: 'dropped', why: 'the model takes no sampling parameters' })
    }
  return {}
}

function thinking({ reasoning }: NeutralRequest, plan: ThinkingPlan | null) {
  const effort = plan === null ? undefined : effortOf(plan)
  // A summary is not asked for unbidden: OpenAI refuses it to organisations that are not verified.
  const summary =
    reasoning.show === true && reasoning.mode !== 'off' ? ('auto' as const) : undefined
  if (effort === undefined && summary === undefined) return {}
  return { reasoning: present({ effort, summary }) }
}

function effortOf(plan: ThinkingPlan) {
  if (plan.type === 'off') return 'none' as const
  return plan.type === 'budget' ? undefined : plan.effort
}

function textOptions(request: NeutralRequest, { facts }: WireTarget, losses: Loss[]) {
  const format = request.output.type === 'text' ? undefined : formatOf(request)
  if (!facts.verbosity) reportVerbosity(request, losses)
  const verbosity = facts.verbosity ? (request.verbosity ?? undefined) : undefined
  if (format === undefined && verbosity === undefined) return {}
  return { text: present({ format, verbosity }) }
}

/** OpenAI takes at most 64 characters for a user, and they should not name anyone. */
function identity({ user, cacheKey, tier }: NeutralRequest) {
  const hashed = user !== null && user.length > MAX_USER_LENGTH ? digest(user) : user
  return present({
    safety_identifier: hashed ?? undefined,
    prompt_cache_key: cacheKey ?? (user === null ? undefined : digest(user).slice(0, 32)),
    service_tier: tier ?? undefined,
  })
}
