/** gpt-proxy usage */
import { type Command, InvalidArgumentError, Option } from 'commander'
import { USAGE_COLUMNS, usageView } from '../admin/contract.ts'
import type { UsageInput } from '../admin/usage/usage.ts'
import { MAX_ROW_ID } from '../core/entities.ts'
import { QUOTA_TOKEN_FIELDS, tokenColumn } from '../core/token-kinds.ts'
import { UNIT_NAMES, unitColumn } from '../core/units/unit-kinds.ts'
import type { CliContext } from './context.ts'
import { moment, type OutputOptions, withExamples, withTable } from './options.ts'
import { printCsv, printRows } from './output.ts'
import { withAdmin } from './with-admin.ts'

type Dimension = UsageInput['by'][number]

interface UsageFlags extends OutputOptions {
  by?: Dimension[]
  from?: number
  to?: number
  since?: number
  until?: number
  month?: { fromMs: number; untilMs: number }
  user?: string
  key?: number
  model?: string
  upstream?: string
  csv?: boolean
}

const DIMENSIONS: readonly Dimension[] = ['user', 'key', 'model', 'upstream', 'day', 'month']
/** The columns that fit on a line; programs get all of them. */
const SHOWN = ['requests', 'errors', ...QUOTA_TOKEN_FIELDS.map(tokenColumn)]
const SHOWN_COST = ['cost_usd', 'unpriced_requests']
const DAY_MS = 86_400_000

export function addUsageCommand(program: Command, context: CliContext): void {
  const usage = withTable(
    program
      .command('usage')
      .description(
        'totals of requests, tokens, images and other units, and costs; days are in UTC',
      ),
  )
    .option(
      '--by <what>',
      `group by, separated by commas: ${DIMENSIONS.join(', ')} (default: user)`,
      dimensions,
    )
    .option('--from <day>', 'first day, or a duration before now, e.g. 7d', back)
    .option('--to <day>', 'last day, inclusive', endOfDay)
    .addOption(
      new Option('--month <month>', 'a month, e.g. 2027-01')
        .argParser(wholeMonth)
        .conflicts(['from', 'to', 'since', 'until']),
    )
    .addOption(new Option('--since <when>', 'same as --from').argParser(back).conflicts('from'))
    .addOption(new Option('--until <when>', 'end time, exclusive').argParser(back).conflicts('to'))
    .option('--user <user>', 'only this user, by name or id')
    .option('--key <id>', 'only this proxy key', keyId)
    .option('--model <model>', 'only this model, by its public name')
    .option('--upstream <name>', 'only this upstream key')
    .addOption(new Option('--csv', 'write CSV, for spreadsheets').conflicts('json'))
  withExamples(
    usage,
    'gpt-proxy usage --by model --month 2027-01',
    'gpt-proxy usage --by user,day --from 2027-01-01 --to 2027-01-31 --csv > january.csv',
    'gpt-proxy usage --by key --from 7d --user alice --json',
  ).action((options: UsageFlags) =>
    withAdmin(context, async (admin) => {
      const by = [...new Set<Dimension>(options.by ?? ['user'])]
      const rows = (await admin.usage.summarize(usageOptions(by, options))).map(usageView)
      // Most tables have none of these, and there are many.
      const units = UNIT_NAMES.map(unitColumn).filter((column) =>
        rows.some((row) => row[column] > 0),
      )
      const columns = [...by, ...SHOWN, ...units, ...SHOWN_COST]
      if (options.csv) printCsv(context, rows, [...by, ...USAGE_COLUMNS])
      else printRows(context, rows, { json: options.json, wide: options.wide, columns })
    }),
  )
}

function usageOptions(by: readonly Dimension[], options: UsageFlags): UsageInput {
  const { from, to, since, until, month, user, key, model, upstream } = options
  return {
    by,
    fromMs: month?.fromMs ?? from ?? since ?? null,
    untilMs: month?.untilMs ?? to ?? until ?? null,
    user: user ?? null,
    apiKeyId: key ?? null,
    model: model ?? null,
    upstream: upstream ?? null,
  }
}

/** Separated by commas, or the option repeated. */
function dimensions(text: string, before: Dimension[] | undefined): Dimension[] {
  const words = text.split(',').map((word) => word.trim())
  const known = words.map((word) => DIMENSIONS.find((name) => name === word))
  const named = known.filter((name) => name !== undefined)
  if (named.length === words.length) return [...(before ?? []), ...named]
  throw new InvalidArgumentError(`Give one or more of ${DIMENSIONS.join(', ')}.`)
}

function back(text: string): number {
  return moment(text, -1, Date.now())
}

function endOfDay(text: string): number {
  return back(text) + (/^\d{4}-\d{2}-\d{2}$/.test(text) ? DAY_MS : 0)
}

function wholeMonth(text: string): { fromMs: number; untilMs: number } {
  const [, year, month] = /^(\d{4})-(0[1-9]|1[0-2])$/.exec(text) ?? []
  if (year === undefined || month === undefined)
    throw new InvalidArgumentError('It must be a month such as 2027-01.')
  const at = (offset: number) => Date.UTC(Number(year), Number(month) - 1 + offset, 1)
  return { fromMs: at(0), untilMs: at(1) }
}

function keyId(text: string): number {
  if (/^[1-9]\d{0,9}$/.test(text) && Number(text) <= MAX_ROW_ID) return Number(text)
  throw new InvalidArgumentError('It must be the id of a key, as in: gpt-proxy key list')
}
