/** gpt-proxy user delete */
import type { Command } from 'commander'
import { userView } from '../../admin/contract.ts'
import { OperatorError } from '../../core/operator-error.ts'
import { CLI_ACTOR, type CliContext } from '../context.ts'
import { type OutputOptions, withExamples, withJson } from '../options.ts'
import { printRow } from '../output.ts'
import { withAdmin } from '../with-admin.ts'

export function addUserDelete(user: Command, context: CliContext): void {
  const remove = user
    .command('delete <user>')
    .description(
      'permanently delete a user and all their keys; the usage records stay, under the id',
    )
    .option('--yes', 'confirm; without it, nothing is deleted')
  withExamples(withJson(remove), 'gpt-proxy user delete alice --yes').action(
    (name: string, options: OutputOptions & { yes?: boolean }) =>
      withAdmin(context, async (admin) => {
        const found = await admin.users.find(name)
        if (!options.yes)
          throw new OperatorError(
            'invalid',
            `this deletes user ${found.id} '${found.username}' and all keys of the user`,
            'To do so, add --yes; to only keep the user out: gpt-proxy user disable',
          )
        printRow(context, userView(await admin.users.delete(CLI_ACTOR, name)), options)
        context.writeError(
          `Its usage records stay and are listed as user ${found.id}: gpt-proxy usage --user ${found.id}\n`,
        )
      }),
  )
}
