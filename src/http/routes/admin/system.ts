/** The doctor, the settings, the encryption key. */
import type { SealedRow } from '../../../admin/encryption.ts'
import { settingsView } from '../../../admin/settings.ts'
import { isoTime } from '../../../core/time/iso-time.ts'
import { doctorOptions, oneExaminationAtATime } from '../doctor.ts'
import * as contract from './contract/system.ts'
import { type AdminContext, type AdminRoutes, actorOf, tag } from './frame/operation.ts'
import type { AdminApiParts } from './frame/parts.ts'

export function systemOperations(api: AdminRoutes): void {
  doctorAndSurroundings(api)
  settings(api)
  encryption(api)
}

function doctorAndSurroundings({ on, parts }: AdminRoutes): void {
  const examine = oneExaminationAtATime(parts.doctor)
  on(contract.doctor, async (context) => {
    const report = await examine(doctorOptions((name) => context.req.query(name) ?? null))
    return context.json(report as unknown as Record<string, never>, 200)
  })
  on(contract.surroundings, async (context) => {
    const { role } = context.var.principal
    const { timeZone, usersMayCreateKeys } = await parts.admin.settings.read()
    return context.json(
      {
        version: parts.version,
        public_url: parts.publicUrlOf(context.var.visit),
        time_zone: timeZone,
        now: isoTime(parts.nowMs()),
        mode: parts.mode,
        may_create_keys: role === 'admin' || (role === 'user' && usersMayCreateKeys),
      },
      200,
    )
  })
}

function settings({ on, parts }: AdminRoutes): void {
  const { admin } = parts
  on(contract.getSettings, async (context) => context.json(await settingsOf(context, parts), 200))
  on(contract.updateSettings, async (context) => {
    const { time_zone: timeZone, users_may_create_keys: mayCreate } = context.req.valid('json')
    await admin.settings.update(actorOf(context), {
      ...(timeZone !== undefined && { timeZone }),
      ...(mayCreate !== undefined && { usersMayCreateKeys: mayCreate }),
    })
    return context.json(await settingsOf(context, parts), 200)
  })
}

async function settingsOf(context: AdminContext, parts: AdminApiParts) {
  const current = await parts.admin.settings.read()
  tag(context, settingsView(current), parts)
  return {
    version: parts.version,
    mode: parts.mode,
    instance: parts.instanceId,
    public_url: parts.publicUrlOf(context.var.visit),
    console_url: `${context.var.visit.publicUrl}/console/`,
    ...settingsView(current),
    usage_retention_days: parts.usageRetentionDays,
    variables: parts.variables.map((variable) => ({ ...variable, locked: true })),
    oidc:
      parts.oidc === null
        ? null
        : { issuer: parts.oidc.provider.issuer, client_id: parts.oidc.provider.clientId },
  }
}

function encryption({ on, parts }: AdminRoutes): void {
  const { encryption: use } = parts.admin
  const row = ({ keyId, ...seen }: SealedRow) => ({ ...seen, key_id: keyId })
  on(contract.encryptionStatus, async (context) =>
    context.json({ active_key_id: use.activeKeyId(), rows: (await use.status()).map(row) }, 200),
  )
  on(contract.rotateEncryption, async (context) => {
    const { rotated, failed, retiredKeys } = await use.rotate(actorOf(context))
    return context.json({ rotated, failed: failed.map(row), retired_keys: retiredKeys }, 200)
  })
}
