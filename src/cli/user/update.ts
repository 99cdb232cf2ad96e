/** gpt-proxy user update */
import type { Command } from 'commander'
import { userView } from '../../admin/contract.ts'
import { CLI_ACTOR, type CliContext } from '../context.ts'
import { withExamples } from '../options.ts'
import { printRow } from '../output.ts'
import { withAdmin } from '../with-admin.ts'
import { givenOf, type UserOptions, withUserOptions } from './create.ts'

export function addUserUpdate(user: Command, context: CliContext): void {
  const update = withUserOptions(
    user.command('update <user>').description('change a user, given by name or id'),
  )
  withExamples(
    update.option('--enable', 'enable a disabled user'),
    'gpt-proxy user update alice --email alice@example.com',
    'gpt-proxy user update 3 --enable',
  ).action((name: string, options: UserOptions & { enable?: boolean }) =>
    withAdmin(context, async (admin) => {
      const patch = { ...givenOf(options), ...(options.enable && { status: 'active' as const }) }
      printRow(context, userView(await admin.users.update(CLI_ACTOR, name, patch)), options)
    }),
  )
}
