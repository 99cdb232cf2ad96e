/** gpt-proxy user list */
import type { Command } from 'commander'
import { userView } from '../../admin/contract.ts'
import { allPages } from '../../admin/pages.ts'
import type { CliContext } from '../context.ts'
import { explainMalformed, withMalformed } from '../malformed.ts'
import { type OutputOptions, withExamples, withTable } from '../options.ts'
import { printRows } from '../output.ts'
import { withAdmin } from '../with-admin.ts'

export function addUserList(user: Command, context: CliContext): void {
  const list = withTable(user.command('list').description('all users'))
  withExamples(list, 'gpt-proxy user list', 'gpt-proxy user list --json').action(
    (options: OutputOptions) =>
      withAdmin(context, async (admin) => {
        const { items, malformed } = await allPages((page) => admin.users.list(page))
        printRows(context, withMalformed(items.map(userView), malformed, 'username'), options)
        explainMalformed(context, malformed)
      }),
  )
}
