/** A request to Gemini. The model, and whether to stream, go into the path, which is the provider's. */
import type {
  GenerateContentParameters,
  GenerationConfig,
  Modality,
  ThinkingLevel,
} from '@google/genai'
import { writeOutput } from '../anthropic/write-output.ts'
import {
  clamped,
  onlyAllowed,
  ownFields,
  reportVerbosity,
  splitWithUser,
  turnsField,
} from '../neutral/carry.ts'
import type { JsonObject, Loss, NeutralRequest, Sampling, Turn } from '../neutral/neutral.ts'
import { modalitiesOf } from '../neutral/pictures/modalities.ts'
import { present } from '../neutral/present.ts'
import { planThinking, type ThinkingPlan } from '../neutral/reasoning.ts'
import { arrangeTurns, holdsNoText, joinTurns, systemAsUser, textOf } from '../neutral/turns.ts'
import { describedSchema } from '../schemas/object-schema.ts'
import { simplified } from '../schemas/schema.ts'
import type { WireTarget, WrittenRequest } from '../translation/format.ts'
import { writeTurn } from './write-parts.ts'
import { reportRecursion, writeToolConfig, writeTools } from './write-tools.ts'

const MAX_STOPS = 5
const CONFIG_PREFIX = 'generationConfig.'

export function writeRequest(asked: NeutralRequest, target: WireTarget): WrittenRequest {
  const losses: Loss[] = []
  const { request, outputTool, unwraps } = withOutput(onlyAllowed(asked, losses), target, losses)
  const field = turnsField(request)
  const { system, rest } = splitWithUser(request, losses)
  const contents = conversation(rest, field).flatMap(
    (turn) => writeTurn(turn, { target, field, names: request.names, losses }) ?? [],
  )
  const { tools } = request
  const own = ownFields(request, 'gemini', losses)
  const config = { ...generationConfig(request, target, losses), ...ownConfig(own, true) }
  const instruction = textOf(system)
  const body = {
    contents,
    ...(instruction !== '' && { systemInstruction: { parts: [{ text: instruction }] } }),
    ...(tools.length > 0 && {
      tools: writeTools(request, losses),
      ...writeToolConfig(request.toolChoice),
    }),
    ...(Object.keys(config).length > 0 && { generationConfig: config }),
    ...writeTier(request),
    ...ownConfig(own, false),
  } satisfies Partial<Record<keyof GenerateContentParameters | string, unknown>>
  reportHints(request, losses)
  return { body, losses, ...present({ outputTool, unwraps }) }
}

/** Before Gemini 3 a model that may call functions takes no form for its answer: a function emulates it. */
function withOutput(request: NeutralRequest, { facts }: WireTarget, losses: Loss[]) {
  const { output, tools } = request
  if (output.type !== 'text' && tools.length > 0 && !facts.outputWithTools) {
    const emulated = writeOutput(request, { ...facts, outputSchema: false }, losses)
    return { ...emulated, request: { ...emulated.request, output: { type: 'text' } as const } }
  }
  if (output.type === 'schema') reportRecursion(output.schema, request.names.output, losses)
  return { request, outputTool: undefined, unwraps: undefined }
}

function conversation(rest: readonly Turn[], field: string): readonly Turn[] {
  const turns = joinTurns(arrangeTurns(rest, field).map(systemAsUser))
  const [first] = turns
  if (first === undefined) throw holdsNoText(field)
  // A call must come after a user turn; a history that was cut in front starts with the model.
  return first.role === 'user'
    ? turns
    : [{ role: 'user', parts: [{ type: 'text', text: '…' }] }, ...turns]
}

/** The dialect's own fields by where they belong: inside `generationConfig` or at the top level. */
function ownConfig(own: JsonObject, inside: boolean): JsonObject {
  const entries = Object.entries(own).filter(([name]) => name.startsWith(CONFIG_PREFIX) === inside)
  return Object.fromEntries(
    entries.map(([name, value]) => [inside ? name.slice(CONFIG_PREFIX.length) : name, value]),
  )
}

function generationConfig(
  request: NeutralRequest,
  target: WireTarget,
  losses: Loss[],
): GenerationConfig {
  const { facts } = target
  const plan = planThinking(request, facts, losses)
  const raised = plan?.type === 'budget' ? plan.maxOutput : null
  const wanted = raised ?? request.maxOutput ?? undefined
  const largest = facts.maxOutput ?? Number.POSITIVE_INFINITY
  const maxOutputTokens =
    wanted === undefined ? undefined : clamped(wanted, largest, request.names.maxOutput, losses)
  return {
    ...writeSampling(request, target, losses),
    ...present({
      maxOutputTokens,
      stopSequences: stops(request, losses),
      thinkingConfig: thinkingConfig(request, plan, target),
    }),
    ...output(request),
    ...writeModalities(request),
  }
}

function writeModalities(request: NeutralRequest): Pick<GenerationConfig, 'responseModalities'> {
  const modalities = request.dialect === 'gemini' ? null : modalitiesOf(request)
  if (modalities === null) return {}
  return { responseModalities: modalities.map((one) => one.toUpperCase() as Modality) }
}

function writeSampling(
  { sampling, names }: NeutralRequest,
  { facts }: WireTarget,
  losses: Loss[],
): Sampling {
  if (facts.sampling) return sampling
  for (const name of Object.keys(sampling) as (keyof Sampling)[])
    losses.push({
      field: names[name],
      how: 'dropped',
      why: 'the model takes no sampling parameters',
    })
  return {}
}

function stops({ stop, names }: NeutralRequest, losses: Loss[]): string[] | undefined {
  if (stop.length === 0) return undefined
  if (stop.length > MAX_STOPS)
    losses.push({ field: names.stop, how: 'clamped', why: `Gemini takes at most ${MAX_STOPS}` })
  return stop.slice(0, MAX_STOPS)
}

function thinkingConfig(
  { reasoning }: NeutralRequest,
  plan: ThinkingPlan | null,
  { facts }: WireTarget,
): GenerationConfig['thinkingConfig'] {
  if (facts.thinking === 'none') return undefined
  const asked = reasoning.mode === 'on' || reasoning.mode === 'auto'
  const includeThoughts = (reasoning.show ?? asked) ? true : undefined
  if (plan === null) return includeThoughts ? { includeThoughts } : undefined
  switch (plan.type) {
    case 'off':
      return { thinkingBudget: 0 }
    case 'effort':
      return {
        thinkingLevel: plan.effort.toUpperCase() as ThinkingLevel,
        ...present({ includeThoughts }),
      }
    case 'adaptive':
      return { thinkingBudget: -1, ...present({ includeThoughts }) }
    case 'budget': {
      return { thinkingBudget: plan.budget, ...present({ includeThoughts }) }
    }
  }
}

function output({ output: wanted }: NeutralRequest): GenerationConfig {
  if (wanted.type === 'text') return {}
  const responseMimeType = 'application/json'
  return wanted.type === 'json'
    ? { responseMimeType }
    : { responseMimeType, responseJsonSchema: simplified(describedSchema(wanted)) }
}

function writeTier({ tier }: NeutralRequest): JsonObject {
  if (tier === null || tier === 'auto') return {}
  return { serviceTier: tier === 'default' ? 'standard' : tier }
}

function reportHints(request: NeutralRequest, losses: Loss[]): void {
  const { parallel, cacheKey, user, names } = request
  reportVerbosity(request, losses)
  const drop = (field: string, why: string) => losses.push({ field, how: 'dropped', why })
  if (parallel === false) drop(names.parallel, 'Gemini may always make several calls')
  if (cacheKey !== null) drop(names.cacheKey, 'Gemini caches by itself')
  if (user !== null) drop(names.user, 'Gemini has no such field')
}
