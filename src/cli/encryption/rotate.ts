/** gpt-proxy encryption rotate */
import type { Command } from 'commander'
import { CLI_ACTOR, type CliContext } from '../context.ts'
import { EXIT_CODES } from '../exit-codes.ts'
import { type OutputOptions, withExamples, withJson } from '../options.ts'
import { printRow } from '../output.ts'
import { withAdmin } from '../with-admin.ts'

export function addEncryptionRotate(encryption: Command, context: CliContext): void {
  const rotate = encryption
    .command('rotate')
    .description(
      'encrypt all stored secrets with a new key, while serving; with ENCRYPTION_KEY, with the active one',
    )
  withExamples(
    withJson(rotate),
    'gpt-proxy encryption rotate',
    'ENCRYPTION_KEY=$NEW ENCRYPTION_KEYS_OLD=$OLD gpt-proxy encryption rotate',
  ).action(({ json }: OutputOptions) =>
    withAdmin(context, async (admin) => {
      const { rotated, failed, retiredKeys } = await admin.encryption.rotate(CLI_ACTOR)
      printRow(context, { rotated: rotated.length, failed: failed.length }, { json })
      for (const { name, problem } of failed) context.writeError(`${name}: ${problem}\n`)
      if (retiredKeys !== null)
        context.writeError(
          `The new key is in encryption.key. The old one, which only earlier backups need, is in ${retiredKeys}\n`,
        )
      return failed.length > 0 ? EXIT_CODES.store : EXIT_CODES.ok
    }),
  )
}
