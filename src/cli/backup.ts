/** gpt-proxy backup */
import type { Command } from 'commander'
import type { CliContext } from './context.ts'
import { type OutputOptions, withExamples, withJson } from './options.ts'
import { printRow } from './output.ts'

export function addBackup(program: Command, context: CliContext): void {
  const backup = withJson(
    program
      .command('backup <file>')
      .description('copy the embedded store into a file, with the server running or stopped'),
  ).option('--with-key', 'also copy the encryption key, to FILE.encryption.key')
  withExamples(
    backup,
    'gpt-proxy backup /backups/gpt-proxy-2027-01-31.sqlite',
    'gpt-proxy backup /safe/gpt-proxy.sqlite --with-key',
  ).action(
    async (file: string, { withKey = false, json }: OutputOptions & { withKey?: boolean }) => {
      const report = await context.backup(file, withKey)
      printRow(context, report, { json })
      context.writeError(
        report.key_file === null
          ? `note: the upstream keys in it are encrypted with the key in ${report.key_is_in}, which is not in the backup. Keep that key somewhere else: without it they cannot be read.\n`
          : 'note: these two files together reveal all upstream keys. Store them separately.\n',
      )
    },
  )
}
