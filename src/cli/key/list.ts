/** gpt-proxy key list */
import type { Command } from 'commander'
import { keyView } from '../../admin/contract.ts'
import { allPages } from '../../admin/pages.ts'
import type { CliContext } from '../context.ts'
import { explainMalformed, withMalformed } from '../malformed.ts'
import { type Output, withExamples, withTable } from '../options.ts'
import { printRows } from '../output.ts'
import { withAdmin } from '../with-admin.ts'

const COLUMNS = [
  'id',
  'user',
  'name',
  'prefix',
  'status',
  'rpm',
  'tpm',
  'allowed_models',
  'expires_at',
]

export function addKeyList(key: Command, context: CliContext): void {
  const list = withTable(key.command('list').description('all keys, or those of one user')).option(
    '--user <user>',
    'a user, by name or id',
  )
  withExamples(list, 'gpt-proxy key list', 'gpt-proxy key list --user alice --json').action(
    ({ user, json, wide }: Output & { user?: string }) =>
      withAdmin(context, async (admin) => {
        const { items, malformed } = await allPages((page) =>
          admin.keys.list({ ...page, user: user ?? null }),
        )
        const users = await allPages((page) => admin.users.list(page))
        const names = new Map(users.items.map(({ id, username }) => [id, username]))
        const rows = items.map((each) => ({
          ...keyView(each),
          user: names.get(each.userId) ?? null,
        }))
        printRows(context, withMalformed(rows, malformed), { json, wide, columns: COLUMNS })
        explainMalformed(context, malformed)
      }),
  )
}
