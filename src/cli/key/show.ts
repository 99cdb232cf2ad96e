/** gpt-proxy key show */
import type { Command } from 'commander'
import { keyView } from '../../admin/contract.ts'
import type { CliContext } from '../context.ts'
import { type OutputOptions, withExamples, withJson } from '../options.ts'
import { printRow } from '../output.ts'
import { withAdmin } from '../with-admin.ts'

export function addKeyShow(key: Command, context: CliContext): void {
  const show = key
    .command('show <key>')
    .description('one key: when it was last used, and why it is or was refused')
  withExamples(withJson(show), 'gpt-proxy key show 3', 'gpt-proxy key show 3 --json').action(
    (name: string, options: OutputOptions) =>
      withAdmin(context, async (admin) => {
        const { key: found, user, activity, refusedNow } = await admin.keys.show(name)
        const { user_id: _, ...view } = keyView(found)
        const shown = {
          ...view,
          user: user?.username ?? `#${found.userId}`,
          refused_because: refusedNow,
          last_used_at: isoTime(activity.lastUsedMs),
          last_refused_at: isoTime(activity.lastRefusedMs),
          last_refusal: activity.lastRefusal,
          last_refused_address: activity.lastRefusedAddress,
        }
        printRow(context, shown, options)
      }),
  )
}

function isoTime(atMs: number | null): string | null {
  return atMs === null ? null : new Date(atMs).toISOString()
}
