/** gpt-proxy encryption status */
import type { Command } from 'commander'
import type { CliContext } from '../context.ts'
import { EXIT_CODES } from '../exit-codes.ts'
import { type OutputOptions, withExamples, withTable } from '../options.ts'
import { printJson, printRows } from '../output.ts'
import { withAdmin } from '../with-admin.ts'

export function addEncryptionStatus(encryption: Command, context: CliContext): void {
  const status = encryption
    .command('status')
    .description(
      "which encryption key decrypts which stored secret; exit code 5 if one can't be decrypted",
    )
  withExamples(withTable(status), 'gpt-proxy encryption status').action(
    ({ json, wide }: OutputOptions) =>
      withAdmin(context, async (admin) => {
        const activeKeyId = await admin.encryption.activeKeyId()
        const rows = (await admin.encryption.status()).map(
          ({ kind, name, keyId, active, problem }) => ({
            kind,
            name,
            key_id: keyId,
            active,
            problem,
          }),
        )
        if (json) printJson(context, { active_key_id: activeKeyId, rows })
        else {
          context.writeError(`active encryption key: ${activeKeyId}\n`)
          printRows(context, rows, { wide })
        }
        return rows.some(({ problem }) => problem !== null) ? EXIT_CODES.store : EXIT_CODES.ok
      }),
  )
}
