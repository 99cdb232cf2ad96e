/** gpt-proxy usage */
import { type Command, Option } from 'commander'
import type { Admin } from '../admin/admin.ts'
import { usageView } from '../admin/contract.ts'
import type { CliContext } from './context.ts'
import { moment, type Output, withExamples, withJson } from './options.ts'
import { printRows } from './output.ts'
import { withAdmin } from './with-admin.ts'

interface UsageOptions extends Output {
  by: Parameters<Admin['usage']['summarize']>[0]['groupBy']
  since?: number
  until?: number
}

export function addUsage(program: Command, context: CliContext): void {
  const back = (text: string) => moment(text, -1, Date.now())
  const groups = new Option('--by <what>', 'what to sum by').choices([
    'user',
    'key',
    'model',
    'day',
    'upstream',
  ])
  const usage = withJson(program.command('usage').description('requests and tokens, summed'))
    .addOption(groups.default('user'))
    .option('--since <when>', 'from then on: a date (UTC), or a time ago such as 7d', back)
    .option('--until <when>', 'before then', back)
  withExamples(
    usage,
    'gpt-proxy usage --by model',
    'gpt-proxy usage --by day --since 7d --json',
  ).action((options: UsageOptions) =>
    withAdmin(context, async (admin) => {
      const { by, since = null, until = null } = options
      const sums = await admin.usage.summarize({ groupBy: by, sinceMs: since, untilMs: until })
      const rows = sums.map((sum) => ({ [by]: sum.group, ...usageView(sum) }))
      printRows(context, rows, options)
    }),
  )
}
