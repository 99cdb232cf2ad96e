/** CSV that spreadsheets read as it was meant: with a byte order mark, and without formulas. */
import { spreadsheetText } from '../../../../core/text/spreadsheet-text.ts'

type Cell = string | number | null
export type CsvRow = readonly Cell[]

const BYTE_ORDER_MARK = '\ufeff'
const ROWS_AT_ONCE = 500

/** Pages are asked for as the client reads; the file breaks off if one fails, so that a part doesn't look like the whole. */
export function csv(pages: AsyncIterator<readonly CsvRow[]>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  let isFirst = true
  return new ReadableStream(
    {
      async pull(controller) {
        const { value, done } = await pages.next()
        if (done) return controller.close()
        const mark = isFirst ? BYTE_ORDER_MARK : ''
        isFirst = false
        controller.enqueue(encoder.encode(mark + value.map(line).join('')))
      },
      async cancel() {
        await pages.return?.()
      },
    },
    { highWaterMark: 0 },
  )
}

/** Rows that are all there, in pages. */
export async function* inPages(rows: readonly CsvRow[]): AsyncGenerator<readonly CsvRow[]> {
  for (let next = 0; next < rows.length; next += ROWS_AT_ONCE)
    yield rows.slice(next, next + ROWS_AT_ONCE)
}

export function csvHeaders(name: string): Record<string, string> {
  return {
    'content-type': 'text/csv; charset=utf-8',
    'content-disposition': `attachment; filename="${name}"`,
  }
}

function line(cells: CsvRow): string {
  return `${cells.map(cell).join(',')}\r\n`
}

function cell(value: Cell): string {
  if (value === null) return ''
  if (typeof value === 'number') return String(value)
  const safe = spreadsheetText(value)
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
