/** CSV that spreadsheets read as it was meant: with a byte order mark, and without formulas. */

type Cell = string | number | null

const BYTE_ORDER_MARK = '\ufeff'
/** Spreadsheets run what begins with one of these (OWASP, CSV injection). */
const FORMULA = /^[=+\-@\t\r]/

export function csv(rows: readonly (readonly Cell[])[]): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  let next = 0
  return new ReadableStream({
    pull(controller) {
      if (next === 0) controller.enqueue(encoder.encode(BYTE_ORDER_MARK))
      const part = rows.slice(next, next + 500)
      next += part.length
      if (part.length > 0) controller.enqueue(encoder.encode(part.map(line).join('')))
      if (next >= rows.length) controller.close()
    },
  })
}

export function csvHeaders(name: string): Record<string, string> {
  return {
    'content-type': 'text/csv; charset=utf-8',
    'content-disposition': `attachment; filename="${name}"`,
  }
}

function line(cells: readonly Cell[]): string {
  return `${cells.map(cell).join(',')}\r\n`
}

function cell(value: Cell): string {
  if (value === null) return ''
  if (typeof value === 'number') return String(value)
  const safe = FORMULA.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
