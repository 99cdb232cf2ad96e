/** gpt-proxy quota reconcile */
import type { Command } from 'commander'
import { differenceView, leaseView } from '../../admin/usage/quota-views.ts'
import type { Reconciliation } from '../../admin/usage/quotas.ts'
import { CLI_ACTOR, type CliContext } from '../context.ts'
import { EXIT_CODES } from '../exit-codes.ts'
import { withExamples, withTable } from '../options.ts'
import { printJson, printRows } from '../output.ts'
import { withAdmin } from '../with-admin.ts'
import { type MonthOption, withMonth } from './show.ts'

export function addQuotaReconcile(quota: Command, context: CliContext): void {
  const reconcile = withMonth(
    withTable(
      quota
        .command('reconcile')
        .description('check monthly totals against usage records, and find abandoned leases'),
    ),
  ).option(
    '--repair',
    'recompute all totals of the month from the records, and drop abandoned leases',
  )
  withExamples(
    reconcile,
    'gpt-proxy quota reconcile',
    'gpt-proxy quota reconcile --month 2027-01 --repair',
  ).action(({ month, repair = false, json, wide }: MonthOption & { repair?: boolean }) =>
    withAdmin(context, async (admin) => {
      const found = repair
        ? await admin.quotas.repair(CLI_ACTOR, month ?? null)
        : await admin.quotas.reconcile(month ?? null)
      if (json) {
        printJson(context, {
          different: found.different.map(differenceView),
          stale_leases: found.staleLeases.map(leaseView),
          repaired: found.repaired,
        })
      } else explain(context, found, wide)
      const clean = found.different.length + found.staleLeases.length === 0
      return clean || repair ? EXIT_CODES.ok : EXIT_CODES.failed
    }),
  )
}

function explain(
  context: CliContext,
  { different, staleLeases, repaired }: Reconciliation,
  wide: boolean | undefined,
): void {
  const say = (text: string) => context.writeError(`${text}\n`)
  if (different.length > 0) {
    printRows(context, different.map(differenceView), { wide })
    say(
      repaired
        ? 'All sums of the month were set to what the records say.'
        : 'These sums are not what the records say. In usage_monthly that is meant to be so after "quota reset"; else somebody changed a table by hand. --repair sets all sums of the month to what the records say.',
    )
  } else say('The sums are what the records say.')
  if (staleLeases.length === 0) return
  printRows(context, staleLeases.map(leaseView), { wide })
  say(
    repaired
      ? 'These leases were dropped.'
      : 'These leases were not renewed for 20 minutes, so their instances are gone, and they count for nobody any more. An instance that starts again drops its own; --repair drops all of them.',
  )
}
