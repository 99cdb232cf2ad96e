/** gpt-proxy console */
import type { Command } from 'commander'
import { CLI_ACTOR, type CliContext } from './context.ts'
import { type OutputOptions, withExamples, withJson } from './options.ts'
import { printRow } from './output.ts'
import { withAdmin } from './with-admin.ts'

export function addConsole(program: Command, context: CliContext): void {
  const command = program
    .command('console')
    .description('print a one-time link for a user to set a console password')
    .option('--user <user>', 'the user, by name or id', 'admin')
  withExamples(withJson(command), 'gpt-proxy console', 'gpt-proxy console --user alice').action(
    ({ user, json }: OutputOptions & { user: string }) =>
      withAdmin(context, async (admin) => {
        const { link, expiresAtMs } = await admin.consoleLink(CLI_ACTOR, user)
        if (json)
          printRow(context, { link, expires_at: new Date(expiresAtMs).toISOString() }, { json })
        else context.writeOut(`${link}\n`)
        context.writeError('it works once, within 30 minutes\n')
      }),
  )
}
