/** gpt-proxy audit */
import { type Command, InvalidArgumentError } from 'commander'
import type { AuditRow } from '../admin/store.ts'
import type { CliContext } from './context.ts'
import { moment, type OutputOptions, withExamples, withTable } from './options.ts'
import { printRows } from './output.ts'
import { withAdmin } from './with-admin.ts'

interface AuditOptions extends OutputOptions {
  actor?: string
  action?: string
  subject?: string
  since?: number
  until?: number
  limit: number
}

const COLUMNS = ['at', 'actor', 'action', 'subject', 'changed', 'address']
const MAX_ROWS = 500

export function addAudit(program: Command, context: CliContext): void {
  const audit = withTable(program.command('audit').description('who changed what, newest first'))
    .option('--actor <name>', 'only changes by this actor, e.g. cli or user:3')
    .option('--action <action>', "only this action, e.g. key.create, or a prefix: 'key.'")
    .option('--subject <id>', 'only this target, e.g. user:3, key:7 or upstream:2')
    .option('--since <when>', 'start: a date (UTC), or a duration before now, e.g. 7d', back)
    .option('--until <when>', 'end time, exclusive', back)
    .option('--limit <rows>', `maximum number of rows, up to ${MAX_ROWS}`, rows, 50)
  withExamples(
    audit,
    'gpt-proxy audit',
    'gpt-proxy audit --action key. --since 7d',
    'gpt-proxy audit --subject user:1 --json',
  ).action(({ json, wide, since, until, ...query }: AuditOptions) =>
    withAdmin(context, async (admin) => {
      const { items, next } = await admin.audit.list({
        ...query,
        fromMs: since ?? null,
        toMs: until ?? null,
      })
      printRows(context, items.map(viewOf), { json, wide, columns: COLUMNS })
      if (next !== null && !json) context.writeError('There are older ones: see --limit, --until\n')
    }),
  )
}

function viewOf({ id, atMs, actor, address, action, subject, before, after }: AuditRow) {
  const at = new Date(atMs).toISOString()
  return { id, at, actor, address, action, subject, before, after, changed: changed(before, after) }
}

/** The fields that differ, with their new values. */
function changed(before: object | null, after: object | null): string | null {
  if (before === null || after === null) return null
  const was = before as Record<string, unknown>
  const fields = Object.entries(after).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(was[name]),
  )
  return fields.map(([name, value]) => `${name}=${text(value)}`).join(' ')
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function back(words: string): number {
  return moment(words, -1, Date.now())
}

function rows(words: string): number {
  const count = Number(words)
  if (/^\d+$/.test(words) && count >= 1 && count <= MAX_ROWS) return count
  throw new InvalidArgumentError(`It must be a whole number from 1 to ${MAX_ROWS}.`)
}
