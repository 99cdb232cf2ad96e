/** What several commands share: options, examples, and parsing of arguments. */
import { type Command, InvalidArgumentError } from 'commander'

export interface OutputOptions {
  json?: boolean
  wide?: boolean
}

/** Shown after the options in a command's help. */
export function withExamples(command: Command, ...lines: string[]): Command {
  const title = lines.length === 1 ? 'Example' : 'Examples'
  return command.addHelpText('after', `\n${title}:\n${lines.map((line) => `  ${line}`).join('\n')}`)
}

export function withJson(command: Command): Command {
  return command.option('--json', 'write JSON, for programs')
}

/** For a command that prints a table. */
export function withTable(command: Command): Command {
  return withJson(command).option(
    '--wide',
    'all columns, including those that do not fit the terminal',
  )
}

/** For a repeatable option. */
export function gathered(value: string, before: string[] | undefined): string[] {
  return [...(before ?? []), value]
}

/** An empty value is usually a shell variable that is not set; as a filter it would match nothing, or everything. */
export function refuseEmptyValues(command: Command): void {
  const given = command.opts<Record<string, unknown>>()
  for (const option of command.options) {
    const values = [given[option.attributeName()]].flat()
    if (values.includes(''))
      command.error(
        `error: option '${option.flags}' argument '' is invalid. It must not be empty.`,
        {
          exitCode: 1,
          code: 'commander.invalidArgument',
        },
      )
  }
}

/** For a user: 0 is unlimited, whatever the default. */
export function quotaTokens(text: string): number {
  if (text === 'none') return 0
  const tokens = Number(text)
  if (/^\d+$/.test(text) && Number.isSafeInteger(tokens) && tokens > 0) return tokens
  throw new InvalidArgumentError("It must be a whole number of tokens, or 'none'.")
}

/** For a key or user: 0 is unlimited. Never null, which commander treats as "not given" and replaces with an empty text. */
export function limit(text: string): number | 'default' {
  if (text === 'none') return 0
  if (text === 'default') return 'default'
  const amount = Number(text)
  if (/^\d+$/.test(text) && Number.isSafeInteger(amount) && amount > 0) return amount
  throw new InvalidArgumentError("It must be a whole number, 'none' or 'default'.")
}

const UNIT_MS = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const
const DATE = /^(\d{4}-\d{2}-\d{2})(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?)?$/

/** In milliseconds; null if the text is not a duration such as 30d, 12h or 15m. */
export function duration(text: string): number | null {
  const [, amount, unit] = /^(\d{1,6})([mhd])$/.exec(text) ?? []
  return amount === undefined ? null : Number(amount) * UNIT_MS[unit as keyof typeof UNIT_MS]
}

/** A date, or a duration such as 30d relative to now: `direction` is 1 for the future, -1 for the past. */
export function moment(text: string, direction: 1 | -1, nowMs: number): number {
  const lengthMs = duration(text)
  if (lengthMs !== null) return nowMs + direction * lengthMs
  const at = date(text)
  if (at !== null) return at
  throw new InvalidArgumentError(
    'It must be a date such as 2027-01-31, or a time such as 30d, 12h, 15m.',
  )
}

/** When a key expires. The word is kept, because commander replaces null with an empty text. */
export function expiry(text: string): number | 'never' {
  return text === 'never' ? text : moment(text, 1, Date.now())
}

function date(text: string): number | null {
  const [, day] = DATE.exec(text) ?? []
  if (day === undefined) return null
  // JavaScript reads February 31 as March 3.
  const dayMs = Date.parse(day)
  if (Number.isNaN(dayMs) || new Date(dayMs).toISOString().slice(0, day.length) !== day) return null
  // A time without a zone is UTC, like all times here; JavaScript would read it as local time.
  const zoned = /T/.test(text) && !/(Z|[+-]\d{2}:\d{2})$/.test(text) ? `${text}Z` : text
  const at = Date.parse(zoned)
  return Number.isNaN(at) ? null : at
}
