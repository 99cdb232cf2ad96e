/** gpt-proxy health */
import type { Command } from 'commander'
import type { CliContext } from '../context.ts'
import { EXIT_CODES } from '../exit-codes.ts'
import { type OutputOptions, withExamples, withJson } from '../options.ts'
import { printRow } from '../output.ts'

export function addHealth(program: Command, context: CliContext): void {
  const command = program
    .command('health')
    .description('ask the running gateway whether it accepts requests; exit code 1 if it does not')
  withExamples(withJson(command), 'gpt-proxy health', 'gpt-proxy health --json').action(
    async ({ json }: OutputOptions) => {
      const health = await context.health()
      const services = Object.entries(health.services).map((pair) => pair.join(' '))
      printRow(context, json ? health : { ...health, services }, { json })
      process.exitCode = health.ready ? EXIT_CODES.ok : EXIT_CODES.failed
    },
  )
}
