/** gpt-proxy restore */
import type { Command } from 'commander'
import type { CliContext, RestoreOptions } from './context.ts'
import { type OutputOptions, withExamples, withJson } from './options.ts'
import { printRow } from './output.ts'

export function addRestore(program: Command, context: CliContext): void {
  const restore = withJson(
    program
      .command('restore <file>')
      .description('replace the embedded store with a backup, with the server stopped'),
  )
    .option('--with-key', 'also restore the encryption key, from FILE.encryption.key')
    .option('--any-key', 'even if the encryption key decrypts none of its upstream keys')
  withExamples(
    restore,
    'gpt-proxy restore /backups/gpt-proxy-2027-01-31.sqlite',
    'gpt-proxy restore /safe/gpt-proxy.sqlite --with-key',
  ).action(async (file: string, options: OutputOptions & Partial<RestoreOptions>) => {
    const { withKey = false, anyKey = false } = options
    printRow(context, await context.restore(file, { withKey, anyKey }), options)
  })
}
