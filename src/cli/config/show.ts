/** gpt-proxy config show */
import type { Command } from 'commander'
import type { CliContext } from '../context.ts'
import { type OutputOptions, withExamples, withTable } from '../options.ts'
import { printRows } from '../output.ts'

export function addConfigShow(config: Command, context: CliContext): void {
  const show = withTable(
    config
      .command('show')
      .description('every variable with its value and source; secrets are masked'),
  ).option('--set', 'only those that are set')
  withExamples(show, 'gpt-proxy config show', 'gpt-proxy config show --set --json').action(
    async ({ json, wide, set }: OutputOptions & { set?: boolean }) => {
      const rows = (await context.settings()).filter(({ source }) => !set || source !== 'default')
      printRows(context, rows, { json, wide, columns: ['name', 'value', 'source'] })
    },
  )
}
