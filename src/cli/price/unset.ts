/** gpt-proxy price unset */
import type { Command } from 'commander'
import { CLI_ACTOR, type CliContext } from '../context.ts'
import { type OutputOptions, withExamples, withJson } from '../options.ts'
import { printRow } from '../output.ts'
import { withAdmin } from '../with-admin.ts'

export function addPriceUnset(price: Command, context: CliContext): void {
  const unset = withJson(
    price
      .command('unset <model>')
      .description('remove your own price; the published one applies again'),
  )
  withExamples(unset, 'gpt-proxy price unset gpt-4o').action(
    (model: string, options: OutputOptions) =>
      withAdmin(context, async (admin) => {
        await admin.prices.unset(CLI_ACTOR, model)
        printRow(context, { model, unset: true }, options)
      }),
  )
}
