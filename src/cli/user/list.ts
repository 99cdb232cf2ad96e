/** gpt-proxy user list */
import type { Command } from 'commander'
import { userView } from '../../admin/contract.ts'
import type { CliContext } from '../context.ts'
import { type Output, withExamples, withJson } from '../options.ts'
import { printRows } from '../output.ts'
import { withAdmin } from '../with-admin.ts'

export function addUserList(user: Command, context: CliContext): void {
  const list = withJson(user.command('list').description('all users'))
  withExamples(list, 'gpt-proxy user list', 'gpt-proxy user list --json').action(
    (options: Output) =>
      withAdmin(context, async (admin) =>
        printRows(context, (await admin.users.list()).map(userView), options),
      ),
  )
}
