/** The rows of a statement that the SQLite dialect runs once a row. */

export type BulkRow = readonly (string | number | null)[]

/** The only parameter of a statement that the SQLite dialect runs once a row. */
export class BulkRows {
  readonly rows: readonly BulkRow[]
  /** Those that changed something. */
  readonly written: BulkRow[] = []

  constructor(rows: readonly BulkRow[]) {
    this.rows = rows
  }
}
