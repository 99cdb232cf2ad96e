/** Prices per million tokens from a CSV file; if a line is invalid, it is named and nothing is imported. */
import type { ModelPrice } from '../../admin/store.ts'
import { OperatorError } from '../../core/operator-error.ts'

const COLUMNS = {
  input: 'input',
  output: 'output',
  cached: 'cached',
  reasoning: 'reasoning',
  audio_input: 'audioInput',
  audio_output: 'audioOutput',
} as const
type Column = keyof typeof COLUMNS

const REMEDY = 'Correct it and run the import again; nothing was set'

/** `perUsd`: units of the file's currency per dollar. Lines that begin with # are comments. */
export function parsePriceFile(text: string, perUsd: number): ModelPrice[] {
  const lines = text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .map((line, index) => ({ cells: line.split(',').map(unquoted), number: index + 1 }))
    .filter(
      ({ cells: [first = ''], ...line }) => !first.startsWith('#') && hasText({ first, ...line }),
    )
  const [header, ...rows] = lines
  const names = (header?.cells ?? []).map((name) => name.toLowerCase())
  for (const name of ['model', 'input', 'output'])
    if (!names.includes(name)) throw refused(header?.number ?? 1, `the column ${name} is missing`)
  const unknown = names.find((name) => name !== 'model' && !Object.hasOwn(COLUMNS, name))
  if (unknown !== undefined)
    throw refused(header?.number ?? 1, `the column '${unknown}' is unknown`)
  return rows.map(({ cells, number }) => priceOf(names, cells, { number, perUsd }))
}

function hasText({ first }: { first: string }): boolean {
  return first !== ''
}

function priceOf(
  names: readonly string[],
  cells: readonly string[],
  { number, perUsd }: { number: number; perUsd: number },
): ModelPrice {
  const cell = (name: string) => cells[names.indexOf(name)] ?? ''
  const rates: Record<string, number | null> = {}
  for (const [column, rate] of Object.entries(COLUMNS) as [Column, string][]) {
    const text = names.includes(column) ? cell(column) : ''
    if (text === '' && column !== 'input' && column !== 'output') rates[rate] = null
    else if (/^\d{1,7}(\.\d{1,9})?$/.test(text)) rates[rate] = inUsd(Number(text), perUsd)
    else throw refused(number, `${column} must be an amount such as 2.50`)
  }
  return { model: cell('model'), rates: rates as unknown as ModelPrice['rates'] }
}

/** Without the rounding noise of a division. */
function inUsd(amount: number, perUsd: number): number {
  return Number((amount / perUsd).toPrecision(12))
}

function unquoted(cell: string): string {
  return cell.trim().replace(/^"(.*)"$/, '$1')
}

function refused(line: number, reason: string): OperatorError {
  return new OperatorError('invalid', `line ${line}: ${reason}`, REMEDY)
}
