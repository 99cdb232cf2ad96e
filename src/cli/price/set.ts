/** gpt-proxy price set */
import { type Command, InvalidArgumentError } from 'commander'
import { priceView } from '../../admin/contract.ts'
import { CLI_ACTOR, type CliContext } from '../context.ts'
import { type OutputOptions, withExamples, withJson } from '../options.ts'
import { printRow } from '../output.ts'
import { withAdmin } from '../with-admin.ts'

interface Rates extends OutputOptions {
  input: number
  output: number
  cached?: number
  reasoning?: number
  audioInput?: number
  audioOutput?: number
}

export function addPriceSet(price: Command, context: CliContext): void {
  const set = withJson(
    price
      .command('set <model>')
      .description(
        'set your own price for a model, in USD per million tokens; overrides the published one',
      ),
  )
    .requiredOption('--input <usd>', 'for input tokens', usd)
    .requiredOption('--output <usd>', 'for output tokens', usd)
    .option('--cached <usd>', 'for cached input tokens; default: same as --input', usd)
    .option('--reasoning <usd>', 'for reasoning tokens; default: same as --output', usd)
    .option('--audio-input <usd>', 'for audio input tokens; default: same as --input', usd)
    .option('--audio-output <usd>', 'for audio output tokens; default: same as --output', usd)
  withExamples(
    set,
    'gpt-proxy price set llama3 --input 0.10 --output 0.40',
    'gpt-proxy price set gpt-4o --input 2 --output 8 --cached 1',
  ).action((model: string, options: Rates) =>
    withAdmin(context, async (admin) => {
      const { input, output, cached, reasoning, audioInput, audioOutput } = options
      const rates = {
        input,
        output,
        cached: cached ?? null,
        reasoning: reasoning ?? null,
        audioInput: audioInput ?? null,
        audioOutput: audioOutput ?? null,
      }
      printRow(context, priceView(await admin.prices.set(CLI_ACTOR, { model, rates })), options)
    }),
  )
}

/** 0 is a valid price: a model on one's own machine may be free. */
function usd(text: string): number {
  if (/^\d{1,6}(\.\d{1,9})?$/.test(text)) return Number(text)
  throw new InvalidArgumentError('It must be an amount such as 2.50.')
}
