/** What can be set while the gateway runs; everything else comes from the environment. */
import { assertTimeZone } from '../usage/time-buckets.ts'
import type { Actor, MakeChange } from './changes.ts'
import type { AdminDependencies } from './dependencies.ts'
import { adminError } from './errors.ts'
import type { AdminStore } from './store.ts'

export interface Settings {
  /** An IANA name; the days of reports start in this zone. */
  timeZone: string
  /** Users may create their own keys, none with more rights than one they have. */
  usersMayCreateKeys: boolean
}

const NAMES: Record<keyof Settings, string> = {
  timeZone: 'time_zone',
  usersMayCreateKeys: 'users_may_create_keys',
}

export function createSettings({ store }: AdminDependencies, change: MakeChange) {
  const read = async (from: AdminStore = store): Promise<Settings> => ({
    timeZone: (await from.readSetting(NAMES.timeZone)) ?? serverZone(),
    usersMayCreateKeys: (await from.readSetting(NAMES.usersMayCreateKeys)) === 'on',
  })
  return {
    read: () => read(),
    /** A time zone of null restores the server's own. */
    async update(
      actor: Actor,
      patch: { timeZone?: string | null; usersMayCreateKeys?: boolean },
    ): Promise<Settings> {
      if (Object.keys(patch).length === 0) throw adminError('nothing_to_change')
      if (typeof patch.timeZone === 'string') checkTimeZone(patch.timeZone)
      await change(actor, async (step, record) => {
        const before = settingsView(await read(step))
        if (patch.timeZone !== undefined) await step.writeSetting(NAMES.timeZone, patch.timeZone)
        if (patch.usersMayCreateKeys !== undefined)
          await step.writeSetting(NAMES.usersMayCreateKeys, patch.usersMayCreateKeys ? 'on' : 'off')
        const after = settingsView(await read(step))
        await record('settings.update', 'settings', { before, after })
      })
      return read()
    },
  }
}

export function settingsView({ timeZone, usersMayCreateKeys }: Settings) {
  return { time_zone: timeZone, users_may_create_keys: usersMayCreateKeys }
}

function serverZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone
}

function checkTimeZone(zone: string): void {
  try {
    assertTimeZone(zone)
  } catch {
    throw adminError('time_zone_unknown', { zone })
  }
}
