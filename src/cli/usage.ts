/** gpt-proxy usage */
import { type Command, InvalidArgumentError, Option } from 'commander'
import type { Admin } from '../admin/admin.ts'
import type { CliContext } from './context.ts'
import { printRows } from './output.ts'
import { withAdmin } from './with-admin.ts'

interface UsageOptions {
  by: Parameters<Admin['usage']['summarize']>[0]['groupBy']
  since?: number
  until?: number
  json?: boolean
}

export function addUsageCommand(program: Command, context: CliContext): void {
  program
    .command('usage')
    .description('requests and tokens, summed')
    .addOption(
      new Option('--by <what>')
        .choices(['user', 'key', 'model', 'day', 'upstream'])
        .default('user'),
    )
    .option('--since <date>', 'from this moment on', moment)
    .option('--until <date>', 'up to this moment', moment)
    .option('--json', 'for programs')
    .addHelpText(
      'after',
      '\nExamples:\n  gpt-proxy usage --by model\n  gpt-proxy usage --by day --since 2026-11-01 --json',
    )
    .action((options: UsageOptions) =>
      withAdmin(context, async (admin) => {
        const { by, since = null, until = null } = options
        const sums = await admin.usage.summarize({ groupBy: by, sinceMs: since, untilMs: until })
        const rows = sums.map(
          ({ group, requests, errors, promptTokens, completionTokens, totalTokens }) => ({
            [by]: group,
            requests,
            errors,
            prompt_tokens: promptTokens,
            completion_tokens: completionTokens,
            total_tokens: totalTokens,
          }),
        )
        printRows(context, rows, options.json)
      }),
    )
}

function moment(text: string): number {
  const at = Date.parse(text)
  if (Number.isNaN(at)) throw new InvalidArgumentError('It must be a date, e.g. 2026-11-01.')
  return at
}
