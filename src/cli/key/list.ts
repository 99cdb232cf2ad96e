/** gpt-proxy key list */
import type { Command } from 'commander'
import { keyView } from '../../admin/contract.ts'
import type { CliContext } from '../context.ts'
import { type Output, withExamples, withJson } from '../options.ts'
import { printRows } from '../output.ts'
import { withAdmin } from '../with-admin.ts'

const COLUMNS = ['id', 'user', 'name', 'prefix', 'status', 'allowed_models', 'expires_at']

export function addKeyList(key: Command, context: CliContext): void {
  const list = withJson(key.command('list').description('all keys, or those of one user')).option(
    '--user <user>',
    'a user, by name or id',
  )
  withExamples(list, 'gpt-proxy key list', 'gpt-proxy key list --user alice --json').action(
    ({ user, json }: Output & { user?: string }) =>
      withAdmin(context, async (admin) => {
        const names = new Map((await admin.users.list()).map(({ id, username }) => [id, username]))
        const keys = await admin.keys.list(user ?? null)
        const rows = keys.map((each) => ({
          ...keyView(each),
          user: names.get(each.userId) ?? null,
        }))
        printRows(context, rows, { json, columns: COLUMNS })
      }),
  )
}
