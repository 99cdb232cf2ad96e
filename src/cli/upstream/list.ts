/** gpt-proxy upstream list */
import type { Command } from 'commander'
import type { UpstreamRow } from '../../admin/command-admin.ts'
import { upstreamView } from '../../admin/contract.ts'
import { allPages } from '../../admin/pages.ts'
import type { ModelState } from '../../core/entities.ts'
import { PROVIDER_FACTS } from '../../core/providers/providers.ts'
import type { CliContext } from '../context.ts'
import { explainMalformed, withMalformed } from '../malformed.ts'
import { type OutputOptions, withExamples, withTable } from '../options.ts'
import { printRows } from '../output.ts'
import { withAdmin } from '../with-admin.ts'

const COLUMNS = [
  'id',
  'name',
  'status',
  'trouble',
  'base_url',
  'serves',
  'weight',
  'total_requests',
  'total_errors',
  'last_error',
  'provider',
  'key_hint',
  'models',
  'deployments',
  'headers',
  'protocol',
  'failure_count',
  'cooldown_until',
]

export function addUpstreamList(upstream: Command, context: CliContext): void {
  const list = withTable(upstream.command('list').description('all upstream keys and their states'))
  withExamples(list, 'gpt-proxy upstream list', 'gpt-proxy upstream list --json').action(
    ({ json, wide }: OutputOptions) =>
      withAdmin(context, async (admin) => {
        const { items, malformed } = await allPages((page) => admin.upstreams.list(page))
        const states = await admin.upstreams.modelStates()
        const views = items.map((key) => ({
          ...upstreamView(key),
          serves: servedBy(key),
          trouble: troubleOf(states.filter(({ upstreamKeyId }) => upstreamKeyId === key.id)),
        }))
        const rows = withMalformed(views, malformed)
        printRows(context, rows, { json, wide, columns: COLUMNS })
        explainMalformed(context, malformed)
      }),
  )
}

/** The most specific key wins, so a key without a list gets the models that no other key names. */
function servedBy({ models, deployments, provider }: UpstreamRow): string {
  const named = [...Object.keys(deployments ?? {}), ...(models ?? [])]
  if (named.length > 0) return named.join(', ')
  return PROVIDER_FACTS[provider].servesUnnamedModels ? 'all other models' : 'nothing'
}

/** The models that it does not serve now; null if it serves all. */
function troubleOf(states: readonly ModelState[]): string | null {
  const nowMs = Date.now()
  const current = states.filter(({ untilMs }) => untilMs > nowMs)
  const texts = current.map(
    ({ model, status, untilMs, lastError }) =>
      `${model}: ${status} until ${new Date(untilMs).toISOString()}${lastError === null ? '' : ` (${lastError})`}`,
  )
  return texts.length === 0 ? null : texts.join('; ')
}
