/** gpt-proxy migrate status */
import type { Command } from 'commander'
import type { CliContext } from '../context.ts'
import { type OutputOptions, withExamples, withJson } from '../options.ts'
import { printRows } from '../output.ts'

export function addMigrateStatus(migrate: Command, context: CliContext): void {
  const status = migrate.command('status').description('list applied and pending migrations')
  withExamples(withJson(status), 'gpt-proxy migrate status').action(
    async ({ json }: OutputOptions) => {
      const states = await context.migrations().status()
      printRows(
        context,
        states.map(({ name, executedAt }) => ({
          migration: name,
          status: executedAt === null ? 'to be run' : 'done',
          done_at: executedAt?.toISOString() ?? null,
        })),
        { json },
      )
    },
  )
}
