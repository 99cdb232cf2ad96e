/** gpt-proxy serve */
import type { Command } from 'commander'
import type { CliContext } from '../context.ts'
import { withExamples } from '../options.ts'

export function addServe(program: Command, context: CliContext): void {
  withExamples(
    program.command('serve').description('start the gateway'),
    'gpt-proxy serve',
    'PORT=9000 gpt-proxy serve',
  ).action(async () => {
    process.exitCode = await context.serve()
  })
}
