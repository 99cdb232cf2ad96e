/**
 * Charges batches once their output is ready. The record has an id of the batch's own, and the store
 * takes each id once: a process that is killed between any two steps, or another instance, charges
 * nothing twice.
 */
import { NO_USAGE, type TokenUsage } from '../../core/token-usage.ts'
import type { OpenBatch } from '../../passthrough/objects.ts'
import type { VendorApi } from '../../passthrough/route.ts'
import { vendorAt } from '../../providers/index.ts'
import type { UsableUpstream } from '../../upstreams/directory.ts'
import type { UpstreamReply } from '../../upstreams/transport.ts'
import type { UsageRecord } from '../../usage/record.ts'
import { jsonOf, textOf, wholeBody } from '../attempt/read-body.ts'
import { isSuccess } from '../attempt/upstream-error.ts'
import type { Services } from '../services.ts'
import { isFinal, OutputLines, type UsageByModel, usageOfBatch } from './batch-usage.ts'
import { fieldsOf, madeIn } from './own.ts'

export const BATCH_ENDPOINT = 'batches'

type ChargeServices = Pick<Services, 'objects' | 'directory' | 'transport' | 'logger'>
type Settle = (records: readonly UsageRecord[]) => Promise<unknown>

const MAX_AT_ONCE = 100
/** Vendors forget a batch after a month; until then it may still be looked for. */
const GIVEN_UP_AFTER_MS = 40 * 24 * 3_600_000

/** To be called now and then; what can't be asked now is asked at the next call. */
export async function chargeBatches(services: ChargeServices, settle: Settle): Promise<void> {
  for (const batch of await services.objects.openBatches(MAX_AT_ONCE)) {
    try {
      await charge(services, settle, batch)
    } catch (error) {
      services.logger.warn({ batch: batch.id, error: String(error) }, 'batch not charged yet')
    }
  }
}

async function charge(services: ChargeServices, settle: Settle, batch: OpenBatch): Promise<void> {
  const upstream = services.directory
    .allUpstreams()
    .find(({ key }) => key.id === batch.upstreamKeyId)
  const isOld = Date.now() - batch.createdAtMs > GIVEN_UP_AFTER_MS
  if (upstream === undefined) return isOld ? services.objects.closeBatch(batch) : undefined
  const reply = await get(services, upstream, placeOf(batch))
  if (!isSuccess(reply.status)) {
    await wholeBody(reply)
    return reply.status === 404 || isOld ? services.objects.closeBatch(batch) : undefined
  }
  const state = jsonOf(textOf(await wholeBody(reply)))
  if (!isFinal(state)) return
  const { kind, id: _, createdAtMs: __, ...owner } = batch
  const files = madeIn(kind, fieldsOf(state)).map((made) => ({ ...made, ...owner }))
  await services.objects.remember(files)
  const usage = usageOfBatch(state) ?? (await usageOfOutput(services, upstream, { batch, state }))
  if (usage !== null) await settle(recordsOf(batch, upstream, usage))
  await services.objects.closeBatch(batch)
}

/** Null if there is no output, and so nothing to pay. */
async function usageOfOutput(
  services: ChargeServices,
  upstream: UsableUpstream,
  { batch, state }: { batch: OpenBatch; state: unknown },
): Promise<UsageByModel | null> {
  const { model } = fieldsOf(state)
  const place = outputOf(batch, state)
  if (place === null) return null
  const reply = await get(services, upstream, place)
  if (!isSuccess(reply.status)) throw new Error(`its output file answers ${reply.status}`)
  const lines = new OutputLines()
  for (let bytes = await reply.next(); bytes !== null; bytes = await reply.next()) lines.push(bytes)
  lines.endLine()
  // An output that says nothing of its tokens is not free.
  return lines.usage.size > 0 ? lines.usage : new Map([[String(model ?? '-'), NO_USAGE]])
}

/** Whose API a path belongs to. */
interface Place {
  api: VendorApi
  path: string
}

function placeOf({ kind, id }: OpenBatch): Place {
  const name = encodeURIComponent(id)
  return kind === 'message_batch'
    ? { api: 'anthropic', path: `messages/batches/${name}` }
    : { api: 'openai', path: `batches/${name}` }
}

/** Null if nothing came out of it. */
function outputOf(batch: OpenBatch, state: unknown): Place | null {
  const { output_file_id: file, results_url, request_counts } = fieldsOf(state)
  const { api, path } = placeOf(batch)
  if (api === 'anthropic')
    return typeof results_url === 'string' && fieldsOf(request_counts).succeeded !== 0
      ? { api, path: `${path}/results` }
      : null
  return typeof file === 'string'
    ? { api, path: `files/${encodeURIComponent(file)}/content` }
    : null
}

function get(
  { transport }: ChargeServices,
  { key, secret }: UsableUpstream,
  { api, path }: Place,
): Promise<UpstreamReply> {
  const destination = vendorAt(key.provider, api)?.(key, secret, { path, query: '', model: '' })
  if (destination === undefined) throw new Error('its provider has no batches')
  return transport.send({ method: 'GET', ...destination, body: null }, { fresh: false }).reply
}

function recordsOf(batch: OpenBatch, { key }: UsableUpstream, usage: UsageByModel): UsageRecord[] {
  return [...usage].map(([model, tokens], at) => ({
    ...recordOf(batch, model, tokens),
    requestId: `batch:${key.id}:${batch.id}${at === 0 ? '' : `:${at}`}`,
    upstreamKeyId: key.id,
    upstream: key.name,
    provider: key.provider,
  }))
}

function recordOf(
  { userId, apiKeyId }: OpenBatch,
  model: string,
  tokens: TokenUsage,
): Omit<UsageRecord, 'requestId' | 'upstreamKeyId' | 'upstream' | 'provider'> {
  return {
    startedAtMs: Date.now(),
    userId,
    apiKeyId,
    endpoint: BATCH_ENDPOINT,
    model,
    upstreamModel: model,
    stream: false,
    status: 200,
    outcome: 'ok',
    errorCode: null,
    attempts: [],
    durationMs: 0,
    firstTokenMs: null,
    reservedTokens: 0,
    costUsd: null,
    ...tokens,
  }
}
