/** gpt-proxy user disable */
import type { Command } from 'commander'
import { userView } from '../../admin/contract.ts'
import { CLI_ACTOR, type CliContext } from '../context.ts'
import { type OutputOptions, withExamples, withJson } from '../options.ts'
import { printRow } from '../output.ts'
import { withAdmin } from '../with-admin.ts'

export function addUserDisable(user: Command, context: CliContext): void {
  const disable = user
    .command('disable <user>')
    .description('disable a user; all keys are refused within a second')
  withExamples(withJson(disable), 'gpt-proxy user disable alice').action(
    (name: string, options: OutputOptions) =>
      withAdmin(context, async (admin) => {
        const changed = await admin.users.update(CLI_ACTOR, name, { status: 'disabled' })
        printRow(context, userView(changed), options)
      }),
  )
}
