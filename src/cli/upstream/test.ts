/** gpt-proxy upstream test */
import type { Command } from 'commander'
import type { CliContext } from '../context.ts'
import { EXIT_CODES } from '../exit-codes.ts'
import { type OutputOptions, withExamples, withTable } from '../options.ts'
import { printRows } from '../output.ts'
import { withAdmin } from '../with-admin.ts'

export function addUpstreamTest(upstream: Command, context: CliContext): void {
  const command = upstream
    .command('test [name]')
    .description('test one key or all keys at their upstreams; exit code 1 if one fails')
  withExamples(
    withTable(command),
    'gpt-proxy upstream test',
    'gpt-proxy upstream test main',
  ).action((name: string | undefined, { json, wide }: OutputOptions) =>
    withAdmin(context, async (admin) => {
      const tested = await admin.upstreams.test(name ?? null)
      const rows = tested.map(
        ({ upstream: { name }, result: { ok, status, latencyMs, detail } }) => ({
          name,
          ok,
          status,
          latency_ms: latencyMs,
          detail,
        }),
      )
      printRows(context, rows, { json, wide })
      return rows.every(({ ok }) => ok) ? EXIT_CODES.ok : EXIT_CODES.failed
    }),
  )
}
