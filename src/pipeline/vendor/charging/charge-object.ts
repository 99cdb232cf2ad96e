/**
 * Charges a batch, or a response in the background, once it has ended. The record has an id of the object's own, and
 * the store takes each id once: a process that is killed between any two steps, or another instance, charges nothing
 * twice.
 */
import { NO_USAGE, type TokenUsage } from '../../../core/token-usage.ts'
import type { UsableUpstream } from '../../../upstreams/directory.ts'
import type { AttemptNote, UsageRecord } from '../../../usage/record.ts'
import { paidUnits } from '../../../usage/units.ts'
import { decodedText, jsonOf, wholeBody } from '../../attempt/read-body.ts'
import { isSuccess } from '../../attempt/upstream-error.ts'
import type { Services } from '../../services.ts'
import { type AskServices, askUpstream } from '../ask-upstream.ts'
import { fieldsOf, isFinal, madeIn } from '../own.ts'
import { OutputLines, type UsageByModel, usageOfBatch } from './batch-usage.ts'
import { apiPathOf, type Chargeable, endpointOf, outputOf, recordIdOf } from './charged-kinds.ts'

export type ChargeServices = AskServices & Pick<Services, 'objects' | 'directory' | 'settleNow'>

/** `gone`: the vendor no longer has it, or its upstream key was removed. */
export type Charge = 'charged' | 'running' | 'gone'

/** How long an upstream may be silent. */
export const SILENCE_MS = 30_000

const GONE: ReadonlySet<number> = new Set([404, 410])

/** Rejects if its upstream can't be asked now. */
export async function chargeObject(
  services: ChargeServices,
  object: Chargeable,
  silenceMs = SILENCE_MS,
): Promise<Charge> {
  const upstream = services.directory
    .allUpstreams()
    .find(({ key }) => key.id === object.upstreamKeyId)
  if (upstream === undefined) return 'gone'
  const { status, state } = await askUpstream(services, {
    upstream,
    place: apiPathOf(object),
    silenceMs,
    read: async (reply) => ({
      status: reply.status,
      state: jsonOf(decodedText(await wholeBody(reply))),
    }),
  })
  if (GONE.has(status)) return 'gone'
  if (!isSuccess(status)) throw new Error(`its upstream answers ${status}`)
  if (!isFinal(state)) return 'running'
  await rememberOutput(services, object, state)
  const usage =
    usageOfBatch(state) ?? (await usageOfOutput(services, upstream, { object, state, silenceMs }))
  if (usage !== null)
    await services.settleNow(await recordsOf(services, object, { upstream, usage }))
  return 'charged'
}

async function rememberOutput(
  { objects }: ChargeServices,
  object: Chargeable,
  state: unknown,
): Promise<void> {
  const { kind, upstreamKeyId, userId, apiKeyId } = object
  const owner = { upstreamKeyId, userId, apiKeyId }
  await objects.remember(madeIn(kind, fieldsOf(state)).map((made) => ({ ...made, ...owner })))
}

interface Ended {
  object: Chargeable
  state: unknown
  silenceMs: number
}

/** Null if nothing came out of it, and so there is nothing to pay. */
async function usageOfOutput(
  services: ChargeServices,
  upstream: UsableUpstream,
  { object, state, silenceMs }: Ended,
): Promise<UsageByModel | null> {
  // What says nothing of its tokens, or no longer does, is not free.
  const unknown: UsageByModel = new Map([[modelIn(state), NO_USAGE]])
  const place = outputOf(object, state)
  if (place === null) return isAnswer(object, state) ? unknown : null
  const lines = new OutputLines()
  const status = await askUpstream(services, {
    upstream,
    place,
    silenceMs,
    async read(reply) {
      if (!isSuccess(reply.status)) return reply.status
      for (let bytes = await reply.next(); bytes !== null; bytes = await reply.next())
        lines.push(bytes)
      lines.endLine()
      return reply.status
    },
  })
  if (GONE.has(status)) return unknown
  if (!isSuccess(status)) throw new Error(`its output answers ${status}`)
  return lines.usage.size > 0 ? lines.usage : unknown
}

/** Google names a model by its resource. */
function modelIn(state: unknown): string {
  const { model, metadata } = fieldsOf(state)
  return String(model ?? fieldsOf(metadata).model ?? '-').replace(/^models\//, '')
}

/** A response is its own output, unless it failed, and so is a batch of Gemini's without a file. */
function isAnswer({ kind }: Chargeable, state: unknown): boolean {
  const { status, response } = fieldsOf(state)
  if (kind === 'gemini_batch') return response !== undefined
  return kind === 'background_response' && (status === 'completed' || status === 'incomplete')
}

/** Named after the key at which the object was created, which stays the same if that key is removed and added again. */
async function recordsOf(
  { objects }: ChargeServices,
  object: Chargeable,
  { upstream: { key }, usage }: { upstream: UsableUpstream; usage: UsageByModel },
): Promise<UsageRecord[]> {
  const recordId = recordIdOf({ ...object, upstreamKeyId: await objects.firstKeyOf(object) })
  return [...usage].map(([model, tokens], at) => ({
    ...recordOf(object, model, tokens),
    requestId: `${recordId}${at === 0 ? '' : `:${at}`}`,
    upstreamKeyId: key.id,
    upstream: key.name,
    provider: key.provider,
    attempts: attemptsOf(tokens, { upstreamKeyId: key.id, upstream: key.name }),
  }))
}

/** The charge itself was no attempt; what is noted of one is what its tools took. */
function attemptsOf(
  { units }: TokenUsage,
  upstream: Pick<AttemptNote, 'upstreamKeyId' | 'upstream'>,
): AttemptNote[] {
  const noted = paidUnits(units)
  if (noted === undefined) return []
  return [{ ...upstream, status: 200, failure: null, ambiguous: false, units: noted }]
}

function recordOf(
  object: Chargeable,
  model: string,
  tokens: TokenUsage,
): Omit<UsageRecord, 'requestId' | 'upstreamKeyId' | 'upstream' | 'provider' | 'attempts'> {
  return {
    startedAtMs: Date.now(),
    userId: object.userId,
    apiKeyId: object.apiKeyId,
    endpoint: endpointOf(object),
    model,
    upstreamModel: model,
    stream: false,
    status: 200,
    outcome: 'ok',
    errorCode: null,
    durationMs: 0,
    firstTokenMs: null,
    reservedTokens: 0,
    costUsd: null,
    ...tokens,
  }
}
