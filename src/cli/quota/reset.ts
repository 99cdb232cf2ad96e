/** gpt-proxy quota reset */
import type { Command } from 'commander'
import { quotaView } from '../../admin/usage/quota-views.ts'
import { CLI_ACTOR, type CliContext } from '../context.ts'
import { type OutputOptions, withExamples, withTable } from '../options.ts'
import { printRows } from '../output.ts'
import { withAdmin } from '../with-admin.ts'

export function addQuotaReset(quota: Command, context: CliContext): void {
  const reset = withTable(
    quota
      .command('reset <user>')
      .description("reset a user's usage of the month to zero; the records stay"),
  )
  withExamples(reset, 'gpt-proxy quota reset alice').action(
    (user: string, options: OutputOptions) =>
      withAdmin(context, async (admin) => {
        printRows(context, (await admin.quotas.reset(CLI_ACTOR, user)).map(quotaView), options)
      }),
  )
}
