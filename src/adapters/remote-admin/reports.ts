/** Usage, prices and the audit log of another gateway. */
import type { CommandAdmin } from '../../admin/command-admin.ts'
import { type PriceView, priceView, type UsageView } from '../../admin/contract.ts'
import type { AuditRow } from '../../admin/store.ts'
import { type AuditQuery, MAX_PAGE_ROWS, type Page } from '../../admin/store-queries.ts'
import type { ModelPrice } from '../../core/entities.ts'
import { bySummedField, summedColumn } from '../../core/units/summed-fields.ts'
import { DIMENSIONS, type UsageSum } from '../../usage/report.ts'
import type { AdminClient } from './client.ts'
import { everyItem, PAGE, type PageReply } from './pages.ts'

export function remoteUsage(client: AdminClient): CommandAdmin['usage'] {
  return {
    async summarize({ by, fromMs, untilMs, user, apiKeyId, model, upstream }) {
      const { items } = await client.call<{ items: UsageReply[] }>('GET', '/usage/totals', {
        query: {
          by: by.length === 0 ? null : by.join(','),
          from: timeOf(fromMs),
          until: timeOf(untilMs),
          ...{ user, key_id: apiKeyId, model, upstream },
        },
      })
      return items.map(sumOf)
    },
  }
}

type UsageReply = UsageView & UsageSum['group']

function sumOf(view: UsageReply): UsageSum {
  const named = DIMENSIONS.filter((name) => view[name] !== undefined)
  return {
    group: Object.fromEntries(named.map((name) => [name, view[name]])),
    requests: view.requests,
    errors: view.errors,
    // A gateway of an older version lacks later kinds.
    ...bySummedField((field) => view[summedColumn(field)] ?? 0),
    estimatedRequests: view.estimated_requests,
    unpricedRequests: view.unpriced_requests,
    costUsd: view.cost_usd,
  }
}

export function remotePrices(client: AdminClient): CommandAdmin['prices'] {
  return {
    async list() {
      const prices: ModelPrice[] = []
      for await (const view of everyItem<PriceView & { source: string }>(client, '/prices'))
        if (view.source === 'own') prices.push(priceOf(view))
      return prices
    },
    async set(_, price) {
      const { model, ...body } = priceView(price)
      return priceOf(await client.call('PUT', '/prices/{model}', { params: { model }, body }))
    },
    async setAll(_, prices) {
      const body = { prices: prices.map(priceView) }
      await client.call('POST', '/prices/import', { body })
    },
    unset: (_, model) => client.call('DELETE', '/prices/{model}', { params: { model } }),
  }
}

function priceOf(view: PriceView): ModelPrice {
  return {
    model: view.model,
    rates: {
      input: view.input_usd,
      output: view.output_usd,
      cached: view.cached_usd,
      reasoning: view.reasoning_usd,
      audioInput: view.audio_input_usd,
      audioOutput: view.audio_output_usd,
    },
  }
}

interface AuditReply extends Omit<AuditRow, 'atMs'> {
  at: string
}

export function remoteAudit(client: AdminClient): CommandAdmin['audit'] {
  return {
    async list({ after, limit = MAX_PAGE_ROWS, fromMs, toMs, ...filter } = {}) {
      const query = { ...filter, from: timeOf(fromMs), until: timeOf(toMs) }
      return auditRows(client, query, { after: after ?? null, limit })
    },
  }
}

/** The API's pages are smaller than those of the use case. */
async function auditRows(
  client: AdminClient,
  query: Readonly<Record<string, string | null | undefined>>,
  { after, limit }: { after: number | null; limit: NonNullable<AuditQuery['limit']> },
): Promise<Page<AuditRow>> {
  const items: AuditRow[] = []
  let cursor = after === null ? null : String(after)
  do {
    const page: PageReply<AuditReply> = await client.call('GET', '/audit', {
      query: { ...query, cursor, limit: Math.min(PAGE, limit - items.length) },
    })
    for (const { at, ...row } of page.items) items.push({ ...row, atMs: Date.parse(at) })
    cursor = page.next_cursor
  } while (cursor !== null && items.length < limit)
  return { items, malformed: [], next: cursor === null ? null : Number(cursor) }
}

function timeOf(ms: number | null | undefined): string | null {
  return typeof ms === 'number' ? new Date(ms).toISOString() : null
}
