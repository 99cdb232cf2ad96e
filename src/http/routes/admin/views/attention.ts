/** What needs an operator's attention, from what the gateway knows without asking anybody. */
import { isoTime } from '../../../../core/time/iso-time.ts'
import type { AdminApiParts } from '../frame/parts.ts'

const WEEK_MS = 7 * 86_400_000

interface Attention {
  check: string
  severity: 'problem' | 'warning'
  title: string
  detail: string
  fix: string | null
  link: string | null
}

export async function attentionOf(parts: AdminApiParts): Promise<Attention[]> {
  return [...upstreamProblems(parts), ...(await expiringKeys(parts)), ...storeProblems(parts)]
}

function upstreamProblems({ services }: AdminApiParts): Attention[] {
  const problems: Attention[] = []
  for (const { key } of services.directory.allUpstreams()) {
    const state = services.health.state(key.id) ?? key.state
    if (state.status === 'invalid')
      problems.push({
        check: 'UPS-1',
        severity: 'problem',
        title: `The provider refuses the key of ${key.name}`,
        detail: state.lastError ?? '',
        fix: 'Replace the key, then reset the upstream.',
        link: `/upstreams?search=${encodeURIComponent(key.name)}`,
      })
    else if (state.status === 'cooldown')
      problems.push({
        check: 'UPS-1',
        severity: 'warning',
        title: `${key.name} is failing and gets no requests for the moment`,
        detail: state.lastError ?? '',
        fix: null,
        link: `/upstreams?search=${encodeURIComponent(key.name)}`,
      })
  }
  return problems
}

async function expiringKeys({ admin, nowMs }: AdminApiParts): Promise<Attention[]> {
  const now = nowMs()
  const { items } = await admin.keys.list({ expiresBeforeMs: now + WEEK_MS, nowMs: now, limit: 20 })
  return items.map(({ name, prefix, expiresAtMs, rotatedTo }) => ({
    check: 'KEY-EXPIRY',
    severity: 'warning' as const,
    title: `The key ${name} (${prefix}…) expires on ${isoTime(expiresAtMs ?? 0).slice(0, 10)}`,
    detail: rotatedTo === null ? '' : 'It has been rotated; its replacement works already.',
    fix: rotatedTo === null ? 'Rotate it, or move its end.' : null,
    link: `/users?expires_within_days=7`,
  }))
}

function storeProblems({ services }: AdminApiParts): Attention[] {
  if (services.directory.healthy) return []
  return [
    {
      check: 'DB-1',
      severity: 'problem',
      title: 'The database does not answer',
      detail: 'Requests are served by what was read last; usage is kept in the journal.',
      fix: 'See whether the database runs and can be reached.',
      link: '/doctor',
    },
  ]
}
