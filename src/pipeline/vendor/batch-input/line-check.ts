/** Checks what the lines of a batch name: models that the caller may use, and objects that are the caller's own. */
import { type Caller, mayUse } from '../../../access/caller.ts'
import { GatewayError } from '../../../core/errors.ts'
import type { CallLines } from '../../../passthrough/call-lines.ts'
import type { VendorObject } from '../../../passthrough/objects.ts'
import type { UsableUpstream } from '../../../upstreams/directory.ts'
import type { Services } from '../../services.ts'
import { refuseOthers } from '../refuse-others.ts'

/** Throws if the caller may not use what the lines name since the last call. */
export type CheckLines = (lines: CallLines) => Promise<void>

export interface CheckedFor {
  /** The upstream key where the file is, or goes to; null if it is not known. */
  upstream(): UsableUpstream | null
}

export function lineCheck(
  services: Services,
  caller: Caller,
  { upstream }: CheckedFor,
): CheckLines {
  return async (lines) => {
    const named = lines.take()
    if (named.length === 0) return
    const other = named.find(({ kind, id }) => kind === 'model' && !mayUse(caller, id))
    if (other !== undefined) throw notAllowed(other.id)
    const own = await refuseOthers(services, caller, named)
    const here = upstream()
    const apart = own.find(({ upstreamKeyId }) => here !== null && upstreamKeyId !== here.key.id)
    if (apart !== undefined) throw elsewhere(services, apart, here as UsableUpstream)
  }
}

function notAllowed(model: string): GatewayError {
  return new GatewayError(
    'model_not_allowed',
    `gateway: a line of the batch names the model '${model}', which this proxy key may not use. Ask an administrator for a key that may.`,
    { param: 'model' },
  )
}

/** Refused before the vendor fails each such line. */
function elsewhere(
  { directory }: Services,
  { kind, id, upstreamKeyId }: VendorObject,
  { key }: UsableUpstream,
): GatewayError {
  const holder = directory.allUpstreams().find((upstream) => upstream.key.id === upstreamKeyId)
  const where = holder === undefined ? 'one that was removed' : `'${holder.key.name}'`
  return new GatewayError(
    'invalid_request',
    `gateway: a line of the batch names the ${kind.replaceAll('_', ' ')} '${id}', which is at another upstream key (${where}) than the batch's file ('${key.name}'), so no upstream has both. Create '${id}' again, then send the file again.`,
  )
}
