/** gpt-proxy price list */
import type { Command } from 'commander'
import { priceView } from '../../admin/contract.ts'
import type { CliContext } from '../context.ts'
import { type OutputOptions, withExamples, withTable } from '../options.ts'
import { printRows } from '../output.ts'
import { withAdmin } from '../with-admin.ts'

export function addPriceList(price: Command, context: CliContext): void {
  const list = withTable(
    price.command('list').description('your own prices, in USD per million tokens'),
  )
  withExamples(list, 'gpt-proxy price list', 'gpt-proxy price list --json').action(
    (options: OutputOptions) =>
      withAdmin(context, async (admin) =>
        printRows(context, (await admin.prices.list()).map(priceView), options),
      ),
  )
}
