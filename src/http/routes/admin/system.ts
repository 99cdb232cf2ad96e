/** The doctor and the surroundings. */

import { isoTime } from '../../../core/iso-time.ts'
import { doctorOptions, oneAtATime } from '../doctor.ts'
import * as contract from './contract/system.ts'
import { KEY_CREATION_SETTING } from './key-rights.ts'
import type { AdminApi } from './operation.ts'

export function systemOperations({ on, parts }: AdminApi): void {
  const examine = oneAtATime(parts.doctor)
  on(contract.doctor, async (context) => {
    const report = await examine(doctorOptions((name) => context.req.query(name) ?? null))
    return context.json(report as unknown as Record<string, never>, 200)
  })
  on(contract.surroundings, async (context) => {
    const { role } = context.var.principal
    const mayCreate = role === 'user' && (await parts.identity.isSettingOn(KEY_CREATION_SETTING))
    return context.json(
      {
        version: parts.version,
        public_url: context.var.visit.publicUrl,
        time_zone: 'UTC',
        now: isoTime(parts.nowMs()),
        mode: parts.mode,
        may_create_keys: role === 'admin' || mayCreate,
      },
      200,
    )
  })
}
