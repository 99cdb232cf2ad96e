/** Data on standard output: a table for people, JSON for programs. */
import { spreadsheetText } from '../core/text/spreadsheet-text.ts'
import type { CliContext } from './context.ts'

type Cell = string | number | boolean | null | readonly string[] | Readonly<Record<string, string>>
type Row = Readonly<Record<string, Cell>>

const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu

export interface RowsFormat {
  json?: boolean | undefined
  /** The columns people see, the most important first; programs get all of them. */
  columns?: readonly string[]
  /** All columns, including those that do not fit the terminal. */
  wide?: boolean | undefined
}

export function printRows(
  context: CliContext,
  rows: readonly object[],
  { json, columns, wide = false }: RowsFormat,
): void {
  if (json) printJson(context, rows)
  else if (rows.length === 0) context.writeError('none\n')
  else printTable(context, rows as readonly Row[], { columns, wide })
}

function printTable(
  context: CliContext,
  rows: readonly Row[],
  {
    columns = Object.keys(rows[0] ?? {}),
    wide,
  }: { columns?: readonly string[] | undefined; wide: boolean },
): void {
  const { terminalWidth, colours } = context
  const shown =
    wide || terminalWidth === null ? columns : fittingColumns(rows, columns, terminalWidth)
  const [header = '', ...lines] = table(rows, shown).split('\n')
  context.writeOut([colours ? `\x1b[1m${header}\x1b[0m` : header, ...lines].join('\n'))
  const hidden = columns.slice(shown.length)
  if (hidden.length > 0)
    context.writeError(
      context.language === 'zh'
        ? `终端放不下的列：${hidden.join('、')}。加上 --wide 或 --json 即可显示。\n`
        : `Not shown, for lack of room: ${hidden.join(', ')}. With --wide or --json they are.\n`,
    )
}

/** As many columns as fit, at least two. */
export function fittingColumns(
  rows: readonly Row[],
  columns: readonly string[],
  width: number,
): readonly string[] {
  for (let count = columns.length; count > 2; count--) {
    const some = columns.slice(0, count)
    const longest = table(rows, some)
      .split('\n')
      .map((line) => Bun.stringWidth(line))
    if (Math.max(...longest) <= width) return some
  }
  return columns.slice(0, 2)
}

export function printRow(context: CliContext, row: object, { json }: RowsFormat): void {
  if (json) {
    printJson(context, row)
    return
  }
  const cells = Object.entries(row as Row)
  const width = Math.max(...cells.map(([key]) => key.length))
  for (const [key, value] of cells) context.writeOut(`${key.padEnd(width)}  ${shown(value)}\n`)
}

/** A byte-order mark: without it Excel reads UTF-8 in the machine's code page. */
const BYTE_ORDER_MARK = '\ufeff'

/** As specified by RFC 4180, with a header; nothing is rounded. */
export function printCsv(
  context: CliContext,
  rows: readonly object[],
  columns: readonly string[],
): void {
  const lines = (rows as readonly Row[]).map((row) =>
    columns.map((column) => csvCell(row[column] ?? null)).join(','),
  )
  context.writeOut(BYTE_ORDER_MARK + [columns.join(','), ...lines, ''].join('\r\n'))
}

export function csvCell(value: string | number | boolean | null | object): string {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (typeof value !== 'string') return ''
  const text = spreadsheetText(value).replace(UNPRINTABLE, '?')
  return /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

export function printJson(context: CliContext, value: unknown): void {
  context.writeOut(`${JSON.stringify(value, null, 2)}\n`)
}

export function table(
  rows: readonly Row[],
  columns: readonly string[] = Object.keys(rows[0] ?? {}),
): string {
  const lines = [
    columns.map((column) => column.toUpperCase()),
    ...rows.map((row) => columns.map((column) => shown(row[column] ?? null))),
  ]
  const widths = columns.map((_, index) =>
    Math.max(...lines.map((line) => Bun.stringWidth(line[index] ?? ''))),
  )
  const right = columns.map((column) => rows.every((row) => typeof row[column] === 'number'))
  const padded = (cell: string, index: number) => {
    const space = ' '.repeat((widths[index] ?? 0) - Bun.stringWidth(cell))
    return right[index] ? space + cell : cell + space
  }
  return lines.map((line) => `${line.map(padded).join('  ').trimEnd()}\n`).join('')
}

/** A name or an error must not move the reader's cursor. */
function shown(value: Cell): string {
  if (value === null) return '-'
  const text = typeof value !== 'object' ? String(value) : listed(value)
  return text === '' ? '-' : text.replace(UNPRINTABLE, '?')
}

function listed(value: readonly string[] | Readonly<Record<string, string>>): string {
  if (isList(value)) return value.join(',')
  return Object.entries(value)
    .map((pair) => pair.join('='))
    .join(',')
}

function isList(
  value: readonly string[] | Readonly<Record<string, string>>,
): value is readonly string[] {
  return Array.isArray(value)
}
