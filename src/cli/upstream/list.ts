/** gpt-proxy upstream list */
import type { Command } from 'commander'
import { upstreamView } from '../../admin/contract.ts'
import { allPages } from '../../admin/pages.ts'
import type { CliContext } from '../context.ts'
import { explainMalformed, withMalformed } from '../malformed.ts'
import { type Output, withExamples, withJson } from '../options.ts'
import { printRows } from '../output.ts'
import { withAdmin } from '../with-admin.ts'

const COLUMNS = [
  'id',
  'name',
  'provider',
  'base_url',
  'key_hint',
  'weight',
  'models',
  'deployments',
  'status',
  'failure_count',
  'cooldown_until',
  'total_requests',
  'total_errors',
  'last_error',
]

export function addUpstreamList(upstream: Command, context: CliContext): void {
  const list = withJson(upstream.command('list').description('all upstream keys and how they are'))
  withExamples(list, 'gpt-proxy upstream list', 'gpt-proxy upstream list --json').action(
    ({ json }: Output) =>
      withAdmin(context, async (admin) => {
        const { items, malformed } = await allPages((page) => admin.upstreams.list(page))
        const rows = withMalformed(items.map(upstreamView), malformed)
        printRows(context, rows, { json, columns: COLUMNS })
        explainMalformed(context, malformed)
      }),
  )
}
