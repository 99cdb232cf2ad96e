/** gpt-proxy encryption … */
import type { Command } from 'commander'
import type { CliContext } from './context.ts'
import { EXIT_CODES } from './exit-codes.ts'
import { printRow, printRows } from './output.ts'
import { withAdmin } from './with-admin.ts'

export function addEncryptionCommands(program: Command, context: CliContext): void {
  const encryption = program
    .command('encryption')
    .description('the key that upstream keys are encrypted with')

  encryption
    .command('status')
    .description('which rows which encryption key opens')
    .option('--json', 'for programs')
    .addHelpText('after', '\nExample:\n  gpt-proxy encryption status')
    .action(({ json }: { json?: boolean }) =>
      withAdmin(context, async (admin) => {
        const rows = await admin.encryption.status()
        context.writeError(`active encryption key: ${admin.encryption.activeKeyId}\n`)
        printRows(
          context,
          rows.map((row) => ({
            upstream: row.upstream,
            key_id: row.keyId,
            active: row.active,
            problem: row.problem,
          })),
          json,
        )
        return rows.some(({ problem }) => problem !== null) ? EXIT_CODES.store : EXIT_CODES.ok
      }),
    )

  encryption
    .command('rotate')
    .description('encrypt all upstream keys anew with the active key; works while serving')
    .option('--json', 'for programs')
    .addHelpText(
      'after',
      '\nExample:\n  ENCRYPTION_KEYS_OLD=$OLD ENCRYPTION_KEY=$NEW gpt-proxy encryption rotate',
    )
    .action(({ json }: { json?: boolean }) =>
      withAdmin(context, async (admin) => {
        const { rotated, failed } = await admin.encryption.rotate()
        printRow(context, { rotated: rotated.length, failed: failed.length }, json)
        for (const { upstream, problem } of failed) context.writeError(`${upstream}: ${problem}\n`)
        return failed.length > 0 ? EXIT_CODES.store : EXIT_CODES.ok
      }),
    )
}
