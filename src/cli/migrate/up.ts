/** gpt-proxy migrate up */
import type { Command } from 'commander'
import type { CliContext } from '../context.ts'
import { type OutputOptions, withExamples, withJson } from '../options.ts'
import { printRows } from '../output.ts'

export function addMigrateUp(migrate: Command, context: CliContext): void {
  const up = migrate.command('up').description('upgrade the store to the newest schema')
  withExamples(withJson(up), 'gpt-proxy migrate up').action(async ({ json }: OutputOptions) => {
    const names = await context.migrations().up()
    printRows(
      context,
      names.map((migration) => ({ migration })),
      { json },
    )
  })
}
