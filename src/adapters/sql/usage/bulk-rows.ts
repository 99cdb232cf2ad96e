/** The rows of a statement that the SQLite dialect runs once per row. */

export type BulkRow = readonly (string | number | null)[]

/** The only parameter of such a statement. */
export class BulkRows {
  readonly rows: readonly BulkRow[]
  /** The rows that changed something. */
  readonly written: BulkRow[] = []

  constructor(rows: readonly BulkRow[]) {
    this.rows = rows
  }
}
