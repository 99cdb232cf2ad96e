/** gpt-proxy user rename */
import type { Command } from 'commander'
import { userView } from '../../admin/contract.ts'
import { CLI_ACTOR, type CliContext } from '../context.ts'
import { type OutputOptions, withExamples, withJson } from '../options.ts'
import { printRow } from '../output.ts'
import { withAdmin } from '../with-admin.ts'

export function addUserRename(user: Command, context: CliContext): void {
  const rename = user
    .command('rename <user> <name>')
    .description('new name; keys, quota and records stay with the user')
  withExamples(withJson(rename), 'gpt-proxy user rename alice alice.smith').action(
    (name: string, username: string, options: OutputOptions) =>
      withAdmin(context, async (admin) => {
        printRow(context, userView(await admin.users.rename(CLI_ACTOR, name, username)), options)
      }),
  )
}
