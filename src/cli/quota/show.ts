/** gpt-proxy quota show */
import { type Command, InvalidArgumentError } from 'commander'
import { quotaView } from '../../admin/usage/quota-views.ts'
import type { CliContext } from '../context.ts'
import { type OutputOptions, withExamples, withTable } from '../options.ts'
import { printRows } from '../output.ts'
import { withAdmin } from '../with-admin.ts'

export interface MonthOption extends OutputOptions {
  month?: { year: number; month: number }
}

export function addQuotaShow(quota: Command, context: CliContext): void {
  const show = withMonth(
    withTable(
      quota
        .command('show [user]')
        .description('quota, usage and leases of the month, for one user or all'),
    ),
  )
  withExamples(
    show,
    'gpt-proxy quota show alice',
    'gpt-proxy quota show --month 2027-01 --json',
  ).action((user: string | undefined, options: MonthOption) =>
    withAdmin(context, async (admin) => {
      const rows = await admin.quotas.show(user ?? null, options.month ?? null)
      printRows(context, rows.map(quotaView), options)
    }),
  )
}

export function withMonth(command: Command): Command {
  return command.option(
    '--month <month>',
    'a month, e.g. 2027-01; default: this month (UTC)',
    month,
  )
}

function month(text: string): { year: number; month: number } {
  const [, year, number] = /^(\d{4})-(0[1-9]|1[0-2])$/.exec(text) ?? []
  if (year !== undefined && number !== undefined)
    return { year: Number(year), month: Number(number) }
  throw new InvalidArgumentError('It must be a month such as 2027-01.')
}
