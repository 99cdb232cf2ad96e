/** Data on standard output: a table for people, JSON for programs. */
import type { CliContext } from './context.ts'

type Cell = string | number | boolean | null
export type Row = Readonly<Record<string, Cell>>

export function printRows(
  context: CliContext,
  rows: readonly Row[],
  json: boolean | undefined,
): void {
  context.writeOut(json ? `${JSON.stringify(rows, null, 2)}\n` : table(rows))
}

export function printRow(context: CliContext, row: Row, json: boolean | undefined): void {
  if (json) {
    context.writeOut(`${JSON.stringify(row, null, 2)}\n`)
    return
  }
  const width = Math.max(...Object.keys(row).map((key) => key.length))
  for (const [key, value] of Object.entries(row))
    context.writeOut(`${key.padEnd(width)}  ${shown(value)}\n`)
}

export function table(rows: readonly Row[]): string {
  const [first] = rows
  if (first === undefined) return '(none)\n'
  const columns = Object.keys(first)
  const lines = [
    columns.map((column) => column.toUpperCase()),
    ...rows.map((row) => columns.map((column) => shown(row[column] ?? null))),
  ]
  const widths = columns.map((_, index) =>
    Math.max(...lines.map((line) => (line[index] ?? '').length)),
  )
  return lines
    .map(
      (line) =>
        `${line
          .map((cell, index) => cell.padEnd(widths[index] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('')
}

/** A name or an error must not move the cursor of whoever lists it. */
function shown(value: Cell): string {
  if (value === null || value === '') return '-'
  return Array.from(String(value), (character) =>
    character < ' ' || character === '\x7f' ? '?' : character,
  ).join('')
}
