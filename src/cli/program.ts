/** The command line: every command on one screen. */
import { Command } from 'commander'
import { addChatCommand } from './chat.ts'
import type { CliContext } from './context.ts'
import { addEncryptionCommands } from './encryption.ts'
import { EXIT_CODE_HELP } from './exit-codes.ts'
import { addKeyCommands } from './keys.ts'
import { printRow } from './output.ts'
import { addUpstreamCommands } from './upstreams.ts'
import { addUsageCommand } from './usage.ts'
import { addUserCommands } from './users.ts'
import { withAdmin } from './with-admin.ts'

export function buildProgram(context: CliContext): Command {
  const program = new Command('gpt-proxy')
    .description('One OpenAI-compatible address in front of all your model keys.')
    .addHelpText(
      'after',
      `\n${EXIT_CODE_HELP}\n\nExamples:\n  gpt-proxy serve\n  gpt-proxy upstream add main < key.txt\n  gpt-proxy chat demo/echo Hello`,
    )
    .configureOutput({ writeOut: context.writeOut, writeErr: context.writeError })
    .showHelpAfterError('(see --help)')
    .exitOverride()

  program
    .command('serve')
    .description('start the gateway')
    .addHelpText('after', '\nExample:\n  PORT=9000 gpt-proxy serve')
    .action(async () => {
      process.exitCode = await context.serve()
    })

  program
    .command('init')
    .description('make the store, the encryption key and the first users, without serving')
    .option('--json', 'for programs')
    .addHelpText('after', '\nExample:\n  DATA_DIR=/var/lib/gpt-proxy gpt-proxy init')
    .action(({ json }: { json?: boolean }) =>
      withAdmin(context, async (admin) => {
        const { imported, secrets } = await context.prepare(admin)
        printRow(context, { first_start: secrets !== null, upstream_keys_imported: imported }, json)
      }),
    )

  addUserCommands(program, context)
  addKeyCommands(program, context)
  addUpstreamCommands(program, context)
  addEncryptionCommands(program, context)
  addUsageCommand(program, context)
  addChatCommand(program, context)
  return program
}
