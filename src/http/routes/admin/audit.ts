/** Who changed what. */
import type { z } from '@hono/zod-openapi'
import type { AuditRow } from '../../../admin/store.ts'
import type { AuditQuery } from '../../../admin/store-queries.ts'
import { isoTime } from '../../../core/time/iso-time.ts'
import * as contract from './contract/system.ts'
import type { AdminRoutes } from './frame/operation.ts'
import { cursorOf, pageView } from './frame/page.ts'
import { csv, csvHeaders } from './views/csv.ts'

const CSV_PAGE = 500

export function auditOperations({ on, parts }: AdminRoutes): void {
  const { audit } = parts.admin
  on(contract.listAudit, async (context) => {
    const query = context.req.valid('query')
    const listed = await audit.list({ ...filterOf(query), ...cursorOf(query) })
    return context.json(pageView(listed, listed.items.map(auditView)), 200)
  })
  on(contract.auditCsv, async (context) => {
    const filter = filterOf(context.req.valid('query'))
    const pageAfter = (after: number | null) => audit.list({ ...filter, after, limit: CSV_PAGE })
    // Before the reply begins, so that a filter which the database refuses gets an error of its own.
    let page = await pageAfter(null)
    // The log is kept forever: a file of all of it never fits into memory.
    async function* pages() {
      yield [COLUMNS]
      yield page.items.map(csvRow)
      while (page.next !== null) {
        page = await pageAfter(page.next)
        yield page.items.map(csvRow)
      }
    }
    return context.body(csv(pages()), 200, csvHeaders('audit.csv')) as never
  })
}

const COLUMNS = ['id', 'at', 'actor', 'address', 'action', 'subject', 'before', 'after']

function csvRow({ id, atMs, actor, address, action, subject, before, after }: AuditRow) {
  const text = (value: object | null) => (value === null ? null : JSON.stringify(value))
  return [id, isoTime(atMs), actor, address, action, subject, text(before), text(after)]
}

function filterOf(query: z.output<typeof contract.AuditFilter>): AuditQuery {
  const { from, until, actor, action, subject } = query
  return {
    fromMs: from === undefined ? null : Date.parse(from),
    toMs: until === undefined ? null : Date.parse(until),
    actor: actor ?? null,
    action: action ?? null,
    subject: subject ?? null,
  }
}

function auditView({ id, atMs, actor, address, action, subject, before, after }: AuditRow) {
  return {
    id,
    at: isoTime(atMs),
    actor,
    address,
    action,
    subject,
    subject_name: nameIn(after) ?? nameIn(before),
    before: before as Record<string, never> | null,
    after: after as Record<string, never> | null,
  }
}

function nameIn(view: object | null): string | null {
  const { name, username } = (view ?? {}) as { name?: unknown; username?: unknown }
  const found = name ?? username
  return typeof found === 'string' ? found : null
}
