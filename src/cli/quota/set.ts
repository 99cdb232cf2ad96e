/** gpt-proxy quota set */
import { type Command, InvalidArgumentError } from 'commander'
import { quotaView } from '../../admin/usage/quota-views.ts'
import { CLI_ACTOR, type CliContext } from '../context.ts'
import { type OutputOptions, quotaTokens, withExamples, withTable } from '../options.ts'
import { printRows } from '../output.ts'
import { withAdmin } from '../with-admin.ts'

export function addQuotaSet(quota: Command, context: CliContext): void {
  const set = withTable(
    quota
      .command('set <user>')
      .description("set a user's monthly quota; takes effect immediately on a running gateway")
      .argument('<tokens>', "tokens per month, 'none' or 'default'", tokensOrDefault),
  )
  withExamples(
    set,
    'gpt-proxy quota set alice 10000000',
    'gpt-proxy quota set alice none',
    'gpt-proxy quota set alice default',
  ).action((user: string, tokens: number | 'default', options: OutputOptions) =>
    withAdmin(context, async (admin) => {
      const rows = await admin.quotas.set(CLI_ACTOR, user, tokens === 'default' ? null : tokens)
      printRows(context, rows.map(quotaView), options)
    }),
  )
}

/** The word is kept, because commander replaces null with an empty text. */
function tokensOrDefault(text: string): number | 'default' {
  if (text === 'default') return text
  try {
    return quotaTokens(text)
  } catch {
    throw new InvalidArgumentError("It must be a whole number of tokens, 'none' or 'default'.")
  }
}
