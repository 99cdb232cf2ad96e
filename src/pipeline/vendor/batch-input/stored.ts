/**
 * The input of a batch that was not checked while it was uploaded, because it was put together from parts or its pieces
 * went to several instances: it is read at its upstream when a batch is made of it.
 */
import type { Caller } from '../../../access/caller.ts'
import { GatewayError } from '../../../core/errors.ts'
import { BATCH_INPUTS, type BatchInputs } from '../../../passthrough/batch-inputs.ts'
import { CallLines } from '../../../passthrough/call-lines.ts'
import type { VendorObject } from '../../../passthrough/objects.ts'
import type { VendorApi } from '../../../passthrough/route.ts'
import type { UsableUpstream } from '../../../upstreams/directory.ts'
import { isSuccess } from '../../attempt/upstream-error.ts'
import type { Services } from '../../services.ts'
import { askUpstream } from '../ask-upstream.ts'
import type { VendorCall } from '../call.ts'
import { CHECKED_INPUT } from '../own.ts'
import { lineCheck } from './line-check.ts'

const SILENCE_MS = 30_000

interface Input extends BatchInputs {
  file: VendorObject
  api: VendorApi
}

/** Reads the files of a batch that were not checked. Throws if they name what the caller may not use. */
export async function checkInputs(
  services: Services,
  caller: Caller,
  { call, own }: { call: VendorCall; own: readonly VendorObject[] },
): Promise<void> {
  for (const input of inputsOf(call, own)) {
    const { file } = input
    const marks = await services.objects.find(CHECKED_INPUT, [file.id])
    const isChecked = marks.some(
      ({ upstreamKeyId, apiKeyId }) =>
        upstreamKeyId === file.upstreamKeyId && mayRelyOn(caller, apiKeyId),
    )
    if (isChecked) continue
    await checkStored(services, caller, input)
    await services.objects.remember([{ ...file, kind: CHECKED_INPUT, apiKeyId: caller.key.id }])
  }
}

/** Another key of the user may have been allowed other models. */
function mayRelyOn({ key }: Caller, apiKeyId: number): boolean {
  return key.allowedModels === null || key.id === apiKeyId
}

function inputsOf({ route, fields }: VendorCall, own: readonly VendorObject[]): Input[] {
  const inputs = BATCH_INPUTS[route.api]
  if (inputs === null || route.meter !== 'batch') return []
  return own
    .filter(({ kind, id }) => kind === inputs.kind && inputs.isInput(id, fields))
    .map((file) => ({ ...inputs, file, api: route.api }))
}

async function checkStored(services: Services, caller: Caller, input: Input): Promise<void> {
  const { file } = input
  const upstream = services.directory
    .allUpstreams()
    .find(({ key }) => key.id === file.upstreamKeyId)
  if (upstream === undefined) return
  const status = await read(services, caller, input, upstream).catch((error) => {
    if (error instanceof GatewayError) throw error
    return String(error)
  })
  if (isSuccess(Number(status))) return
  services.logger.warn({ file: file.id, status: String(status) }, 'input of a batch not readable')
  const { code, message } = input.ifUnreadable(file.id)
  throw new GatewayError(code, message)
}

/** Resolves to the upstream's status. */
function read(
  services: Services,
  caller: Caller,
  { file, api, contentOf, lines: format }: Input,
  upstream: UsableUpstream,
): Promise<number> {
  const lines = new CallLines(format)
  const check = lineCheck(services, caller, { upstream: () => upstream })
  return askUpstream(services, {
    upstream,
    place: { api, path: contentOf(file.id) },
    silenceMs: SILENCE_MS,
    async read(reply) {
      if (!isSuccess(reply.status)) return reply.status
      for (let bytes = await reply.next(); bytes !== null; bytes = await reply.next()) {
        lines.push(bytes)
        await check(lines)
      }
      lines.endLine()
      await check(lines)
      return reply.status
    },
  })
}
