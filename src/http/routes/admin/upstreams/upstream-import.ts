/** Many provider keys at once, one a line: what became of each line. */

import type { z } from '@hono/zod-openapi'
import type { Actor } from '../../../../admin/changes.ts'
import { looksLikeSecret } from '../../../../admin/checks.ts'
import type { UpstreamInput } from '../../../../admin/upstreams/upstream-input.ts'
import * as contract from '../contract/upstream-sets.ts'
import { invalidField } from '../frame/api-error.ts'
import { type AdminRoutes, actorOf, fieldsWithin } from '../frame/operation.ts'
import type { AdminApiParts } from '../frame/parts.ts'
import { baseUrlOf, providerOf } from './providers.ts'

const MAX_LINES = 20_000
/** Each is a request to the provider. */
const TESTS_AT_ONCE = 8

interface Line {
  line: number
  key_hint: string
  result: 'added' | 'duplicate' | 'known' | 'invalid' | 'failed_test'
  reason: string | null
  upstream_id: number | null
  name: string | null
}

export function upstreamImport({ on, parts }: AdminRoutes): void {
  on(contract.importUpstreams, async (context) => {
    const { settings, secrets, test } = context.req.valid('json')
    const lines = linesOf(secrets)
    if (lines.length > MAX_LINES) throw invalidField('secrets', `at most ${MAX_LINES} lines`)
    const input = inputOf(settings)
    const report = await fieldsWithin('settings', () =>
      importLines(parts, actorOf(context), { input, lines }),
    )
    if (test) await testAdded(parts, report)
    const added = report.filter(({ upstream_id }) => upstream_id !== null).length
    return context.json({ added, lines: report }, 200)
  })
}

function linesOf(text: string): { line: number; secret: string }[] {
  return text
    .split(/\r\n|\r|\n/)
    .map((raw, at) => ({ line: at + 1, secret: raw.trim() }))
    .filter(({ secret }) => secret !== '')
}

async function importLines(
  { admin }: AdminApiParts,
  actor: Actor,
  {
    input,
    lines,
  }: { input: Omit<UpstreamInput, 'name' | 'secret'>; lines: { line: number; secret: string }[] },
): Promise<Line[]> {
  const first = new Map<string, (typeof lines)[number]>()
  for (const line of lines)
    if (looksLikeSecret(line.secret) && !first.has(line.secret)) first.set(line.secret, line)
  const { added, addedLines } = await admin.upstreams.importAll(actor, input, [...first.values()], {
    again: true,
  })
  const byLine = new Map(added.map((upstream, at) => [addedLines[at], upstream]))
  return lines.map(({ line, secret }) => {
    const upstream = byLine.get(line)
    const row = {
      line,
      key_hint: looksLikeSecret(secret) ? secret.slice(-4) : '',
      upstream_id: upstream?.id ?? null,
      name: upstream?.name ?? null,
    }
    if (!looksLikeSecret(secret))
      return {
        ...row,
        result: 'invalid',
        reason:
          'shorter than 8 characters, masked (***), written as NAME=KEY, or with a space or a quote in it',
      }
    if (upstream !== undefined) return { ...row, result: 'added', reason: null }
    return first.get(secret)?.line === line
      ? { ...row, result: 'known', reason: 'this key is there already' }
      : { ...row, result: 'duplicate', reason: 'the same key is on a line above' }
  })
}

async function testAdded({ admin }: AdminApiParts, report: Line[]): Promise<void> {
  const waiting = report.filter(({ upstream_id }) => upstream_id !== null)
  const worker = async () => {
    for (let row = waiting.shift(); row !== undefined; row = waiting.shift()) {
      const [tested] = await admin.upstreams.test(String(row.upstream_id))
      if (tested === undefined || tested.result.ok) continue
      row.result = 'failed_test'
      row.reason = tested.result.detail
    }
  }
  await Promise.all(Array.from({ length: TESTS_AT_ONCE }, worker))
}

function inputOf(
  settings: z.output<typeof contract.ImportSettings>,
): Omit<UpstreamInput, 'name' | 'secret'> {
  const provider = providerOf(settings.provider, 'settings.provider')
  return {
    provider,
    baseUrl: baseUrlOf(provider, settings.base_url, 'settings.base_url'),
    ...(settings.weight !== undefined && { weight: settings.weight }),
    models: settings.models ?? null,
    deployments: settings.deployments ?? null,
    headers: settings.headers ?? null,
    apiVersion: settings.api_version ?? null,
    protocol: settings.protocol ?? null,
    maxInFlight: settings.max_in_flight ?? null,
    tags: settings.tags ?? [],
  }
}
