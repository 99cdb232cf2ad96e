/** A request to Bedrock Converse. The model, and whether to stream, go into the path, which is the provider's. */
import type { ConverseRequest } from '@aws-sdk/client-bedrock-runtime'
import { writeOutput } from '../anthropic/write-output.ts'
import { writeThinking } from '../anthropic/write-thinking.ts'
import { strictOf } from '../anthropic/write-tools.ts'
import {
  clamped,
  onlyAllowed,
  ownFields,
  reportVerbosity,
  splitWithUser,
  turnsField,
  withStubs,
} from '../neutral/carry.ts'
import type {
  JsonObject,
  Loss,
  NeutralRequest,
  Sampling,
  Tool,
  ToolChoice,
  Turn,
} from '../neutral/neutral.ts'
import { present } from '../neutral/present.ts'
import { arrangeTurns, holdsNoText, joinTurns, systemAsUser } from '../neutral/turns.ts'
import type { WireTarget, WrittenRequest } from '../translation/format.ts'
import { cachePoint, writeBlocks } from './write-blocks.ts'

/** Fields of Claude's that Converse passes on. */
const CLAUDE = /claude/

export function writeRequest(asked: NeutralRequest, target: WireTarget): WrittenRequest {
  const losses: Loss[] = []
  const allowed = onlyAllowed(asked, losses)
  // Converse takes no schema for its output on most models, but forced tools on all.
  const facts = { ...target.facts, outputSchema: false }
  const { request, outputTool, unwraps } = writeOutput(allowed, facts, losses)
  const context = { target, field: turnsField(request), names: request.names, losses }
  const { system, rest } = splitWithUser(request, losses)
  const turns = conversation(rest, context.field)
  const systemBlocks = writeBlocks(system, context)
  const thinking = writeThinking(request, turns, target, losses)
  ownFields(request, 'converse', losses)
  const more = {
    ...modelFields(request, target, losses),
    ...(CLAUDE.test(target.model) ? thinking.fields : effortField(thinking.effort)),
  }
  const body = {
    messages: turns.map(({ role, parts }) => ({
      role: role === 'model' ? 'assistant' : 'user',
      content: writeBlocks(parts, context),
    })),
    ...(systemBlocks.length > 0 && { system: systemBlocks }),
    inferenceConfig: inference(request, thinking.maxOutput, target, losses),
    ...toolConfig(request, target, losses),
    ...(CLAUDE.test(target.model) &&
      thinking.effort !== undefined && { outputConfig: { effort: thinking.effort } }),
    ...(Object.keys(more).length > 0 && { additionalModelRequestFields: more }),
    ...stopPaths(request, target),
    ...tier(request),
  } satisfies Partial<Record<keyof ConverseRequest, unknown>>
  reportHints(request, losses)
  return { body, losses, ...present({ outputTool, unwraps }) }
}

function conversation(rest: readonly Turn[], field: string): readonly Turn[] {
  const turns = joinTurns(arrangeTurns(rest, field).map(systemAsUser))
  const [first] = turns
  if (first === undefined) throw holdsNoText(field)
  return first.role === 'user'
    ? turns
    : [{ role: 'user', parts: [{ type: 'text', text: '…' }] }, ...turns]
}

function inference(
  { maxOutput, stop, sampling, names }: NeutralRequest,
  raised: number | null,
  { facts }: WireTarget,
  losses: Loss[],
) {
  const largest = facts.maxOutput ?? Number.POSITIVE_INFINITY
  const wanted = raised ?? maxOutput ?? facts.maxOutput ?? undefined
  const { temperature, topP } = facts.sampling ? sampling : {}
  return present({
    maxTokens: wanted === undefined ? undefined : clamped(wanted, largest, names.maxOutput, losses),
    temperature:
      temperature === undefined ? undefined : clamped(temperature, 1, names.temperature, losses),
    topP,
    stopSequences: stop.length > 0 ? [...stop] : undefined,
  })
}

/** What only some models take; the rest of the sampling is a loss. */
function modelFields(
  { sampling, names }: NeutralRequest,
  { facts, model }: WireTarget,
  losses: Loss[],
): JsonObject {
  const { topK, temperature, topP, ...unknown } = sampling
  const drop = (name: string, why: string) =>
    losses.push({ field: names[name as keyof Sampling], how: 'dropped', why })
  for (const name of Object.keys(unknown)) drop(name, 'Bedrock Converse has no such field')
  if (!facts.sampling) {
    for (const [name, value] of Object.entries({ temperature, topP, topK }))
      if (value !== undefined) drop(name, 'the model takes no sampling parameters')
    return {}
  }
  if (topK === undefined) return {}
  if (CLAUDE.test(model)) return { top_k: topK }
  drop('topK', 'Bedrock Converse takes it for Claude only')
  return {}
}

/** Open models on Bedrock take an effort as OpenAI writes it. */
function effortField(effort: string | undefined): JsonObject {
  return effort === undefined ? {} : { reasoning_effort: effort }
}

/** Converse has no `none`, and refuses calls in the history without any tool. */
function toolConfig(request: NeutralRequest, target: WireTarget, losses: Loss[]): JsonObject {
  const { toolChoice } = request
  const off = toolChoice.type === 'none'
  const tools = withStubs(off ? { ...request, tools: [] } : request, losses)
  if (tools.length === 0) return {}
  const choice = off || request.tools.length === 0 ? null : writeChoice(toolChoice)
  return {
    toolConfig: {
      tools: tools.flatMap((tool) => writeTool(tool, request, target, losses)),
      ...(choice !== null && { toolChoice: choice }),
    },
  }
}

function writeTool(
  tool: Tool,
  request: NeutralRequest,
  target: WireTarget,
  losses: Loss[],
): JsonObject[] {
  if (tool.type !== 'function') return []
  const { name } = tool
  const { schema, strict } = strictOf(tool, request, losses)
  // Bedrock refuses an empty description.
  const description = tool.description?.trim() === '' ? undefined : tool.description
  return [
    { toolSpec: { name, ...present({ description, strict }), inputSchema: { json: schema } } },
    ...cachePoint(tool, target),
  ]
}

function writeChoice(choice: ToolChoice): JsonObject | null {
  if (choice.type === 'tool') return { tool: { name: choice.name } }
  return choice.type === 'required' ? { any: {} } : null
}

/** Only so does Converse say which stop sequence was hit. */
function stopPaths({ stop }: NeutralRequest, { model }: WireTarget): JsonObject {
  return stop.length > 0 && CLAUDE.test(model)
    ? { additionalModelResponseFieldPaths: ['/stop_sequence'] }
    : {}
}

function tier({ tier: wanted }: NeutralRequest): JsonObject {
  return wanted === null || wanted === 'auto' ? {} : { serviceTier: { type: wanted } }
}

function reportHints(request: NeutralRequest, losses: Loss[]): void {
  const { parallel, cacheKey, user, names } = request
  reportVerbosity(request, losses)
  const drop = (field: string, why: string) => losses.push({ field, how: 'dropped', why })
  if (parallel === false) drop(names.parallel, 'Bedrock Converse may always call several')
  if (cacheKey !== null) drop(names.cacheKey, 'Bedrock Converse caches by marks, not by key')
  if (user !== null) drop(names.user, 'Bedrock Converse has no such field')
}
