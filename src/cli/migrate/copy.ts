/** gpt-proxy migrate copy */
import type { Command } from 'commander'
import type { CliContext } from '../context.ts'
import { type OutputOptions, withExamples, withJson } from '../options.ts'
import { printRows } from '../output.ts'

export function addMigrateCopy(migrate: Command, context: CliContext): void {
  const copy = migrate
    .command('copy')
    .description(
      'copy the embedded store in DATA_DIR to the PostgreSQL of DATABASE_URL, with the server stopped; can be repeated',
    )
  withExamples(
    withJson(copy),
    'DATABASE_URL=postgres://gpt_proxy:secret@127.0.0.1/gpt_proxy gpt-proxy migrate copy',
  ).action(async ({ json }: OutputOptions) => {
    const { tables, keyFile } = await context.copyStore()
    printRows(context, tables, { json })
    context.writeError('All rows are in PostgreSQL, and the sums agree.\n')
    if (keyFile !== null)
      context.writeError(
        `Before you start there, set ENCRYPTION_KEY to what is in ${keyFile}, and keep DATA_DIR: requests that are not stored yet are in its journal.\n`,
      )
  })
}
