/** gpt-proxy config show */
import type { Command } from 'commander'
import type { CliContext } from '../context.ts'
import { type OutputOptions, withExamples, withJson } from '../options.ts'
import { printRows } from '../output.ts'

export function addConfigShow(config: Command, context: CliContext): void {
  const show = withJson(
    config
      .command('show')
      .description('every variable with its value and source; secrets are masked'),
  ).option('--set', 'only those that are set')
  withExamples(show, 'gpt-proxy config show', 'gpt-proxy config show --set --json').action(
    async ({ json, set }: OutputOptions & { set?: boolean }) => {
      const rows = (await context.settings()).filter(({ source }) => !set || source !== 'default')
      printRows(context, rows, { json, columns: ['name', 'value', 'source'] })
    },
  )
}
