/** gpt-proxy price import */
import { type Command, InvalidArgumentError, Option } from 'commander'
import type { ModelPrice } from '../../admin/store.ts'
import { OperatorError } from '../../core/operator-error.ts'
import { CLI_ACTOR, type CliContext } from '../context.ts'
import { type OutputOptions, withExamples, withJson } from '../options.ts'
import { printRow } from '../output.ts'
import { withAdmin } from '../with-admin.ts'
import { parsePriceFile } from './price-file.ts'

interface ImportOptions extends OutputOptions {
  currency: 'USD' | 'CNY'
  perUsd?: number
}

export function addPriceImport(price: Command, context: CliContext): void {
  const command = withJson(
    price
      .command('import')
      .description(
        'set many prices from standard input: CSV with a header (model, input, output, cached, reasoning, audio_input, audio_output), per million tokens each; all lines or none',
      ),
  )
    .addOption(
      new Option('--currency <code>', 'currency of the file')
        .choices(['USD', 'CNY'])
        .default('USD'),
    )
    .option('--per-usd <rate>', 'for CNY: yuan per US dollar, e.g. 7.1', rate)
  withExamples(
    command,
    'gpt-proxy price import < prices.csv',
    'gpt-proxy price import --currency CNY --per-usd 7.1 < prices.csv',
  ).action(async ({ currency, perUsd, json }: ImportOptions) => {
    if (currency === 'CNY' && perUsd === undefined)
      throw new OperatorError(
        'invalid',
        'prices in CNY need a rate, because costs are kept in USD',
        'Add --per-usd with the rate of your contract or of today, e.g. --per-usd 7.1',
      )
    const prices = parsePriceFile(await context.readInput(), currency === 'CNY' ? (perUsd ?? 1) : 1)
    await withAdmin(context, async (admin) => {
      await admin.prices.setAll(CLI_ACTOR, prices satisfies readonly ModelPrice[])
      printRow(context, { imported: prices.length }, { json })
    })
  })
}

function rate(text: string): number {
  const value = Number(text)
  if (/^\d{1,4}(\.\d{1,6})?$/.test(text) && value > 0) return value
  throw new InvalidArgumentError('It must be an amount such as 7.1.')
}
