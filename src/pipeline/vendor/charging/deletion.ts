/** What is paid for at its end is charged before it is deleted: afterwards its use could not be found out. */
import { GatewayError } from '../../../core/errors.ts'
import type { VendorObject } from '../../../passthrough/objects.ts'
import type { Services } from '../../services.ts'
import { type Charge, chargeObject } from './charge-object.ts'
import { type Chargeable, chargedAs } from './charged-kinds.ts'

/** Throws if the object still runs, or its upstream can't be asked. Does nothing for what is paid for at once. */
export async function chargeBeforeDeletion(
  services: Services,
  object: VendorObject,
): Promise<void> {
  const charged = await chargeableOf(services, object)
  if (charged === null) return
  if ((await chargeNow(services, charged)) === 'running')
    throw new GatewayError(
      'invalid_request',
      `gateway: ${object.id} is still running, so it can't be deleted yet. Cancel it, and delete it once it has ended.`,
    )
  await services.objects.closeBatch(charged)
}

async function chargeableOf(
  { objects }: Services,
  { kind, id, upstreamKeyId }: VendorObject,
): Promise<Chargeable | null> {
  const charged = chargedAs(kind)
  if (charged === null) return null
  const rows = await objects.find(charged, [id])
  const row = rows.find((each) => each.upstreamKeyId === upstreamKeyId)
  return row === undefined ? null : { ...row, kind: charged }
}

async function chargeNow(services: Services, object: Chargeable): Promise<Charge> {
  try {
    return await chargeObject(services, object)
  } catch (error) {
    services.logger.warn({ batch: object.id, error: String(error) }, 'batch not charged yet')
    throw new GatewayError(
      'upstream_error',
      `gateway: ${object.id} was not deleted, because its upstream did not say what it used. Try again later.`,
    )
  }
}
