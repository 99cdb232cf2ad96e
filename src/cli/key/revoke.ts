/** gpt-proxy key revoke */
import type { Command } from 'commander'
import { keyView } from '../../admin/contract.ts'
import { CLI_ACTOR, type CliContext } from '../context.ts'
import { type OutputOptions, withExamples, withJson } from '../options.ts'
import { printRow } from '../output.ts'
import { withAdmin } from '../with-admin.ts'

export function addKeyRevoke(key: Command, context: CliContext): void {
  const revoke = key
    .command('revoke <key>')
    .description('revoke a key, given by id or prefix, within a second')
  withExamples(withJson(revoke), 'gpt-proxy key revoke 3').action(
    (name: string, options: OutputOptions) =>
      withAdmin(context, async (admin) =>
        printRow(context, keyView(await admin.keys.revoke(CLI_ACTOR, name)), options),
      ),
  )
}
