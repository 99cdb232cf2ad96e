/** What needs an operator's attention, from what the gateway knows without a request to an upstream. */
import { isoTime } from '../../../../core/time/iso-time.ts'
import type { MessageLanguage } from '../frame/error-reply.ts'
import type { AdminApiParts } from '../frame/parts.ts'

interface Attention {
  check: string
  severity: 'problem' | 'warning'
  title: string
  detail: string
  fix: string | null
  /** A page of the console. */
  link: string
}

type Words = (typeof WORDS)[MessageLanguage]

export async function attentionOf(
  parts: AdminApiParts,
  language: MessageLanguage,
): Promise<Attention[]> {
  const words = WORDS[language]
  return [
    ...upstreamProblems(parts, words),
    ...(await expiringKeys(parts, words)),
    ...storeProblems(parts, words),
  ]
}

function upstreamProblems({ services }: AdminApiParts, words: Words): Attention[] {
  const problems: Attention[] = []
  for (const { key } of services.directory.allUpstreams()) {
    const { status, lastError } = services.health.state(key.id) ?? key.state
    if (status !== 'invalid' && status !== 'cooldown') continue
    problems.push({
      check: 'UPS-1',
      ...(status === 'invalid'
        ? { severity: 'problem', title: words.refused(key.name), fix: words.replace }
        : { severity: 'warning', title: words.failing(key.name), fix: null }),
      detail: lastError ?? '',
      link: `/upstreams?q=${encodeURIComponent(key.name)}`,
    })
  }
  return problems
}

const SOON_DAYS = 7

async function expiringKeys({ admin }: AdminApiParts, words: Words): Promise<Attention[]> {
  const { items } = await admin.keys.list({ expiresWithinDays: SOON_DAYS, limit: 20 })
  return items.map(({ name, prefix, expiresAtMs, rotatedTo }) => ({
    check: 'KEY-EXPIRY',
    severity: 'warning' as const,
    title: words.expires(`${name} (${prefix}…)`, isoTime(expiresAtMs ?? 0).slice(0, 10)),
    detail: rotatedTo === null ? '' : words.rotated,
    fix: rotatedTo === null ? words.rotate : null,
    link: `/keys?expires=${SOON_DAYS}`,
  }))
}

function storeProblems({ services }: AdminApiParts, words: Words): Attention[] {
  if (services.directory.healthy) return []
  return [
    {
      check: 'DB-1',
      severity: 'problem',
      title: words.away,
      detail: words.served,
      fix: words.look,
      link: '/doctor',
    },
  ]
}

const WORDS = {
  en: {
    refused: (name: string) => `The provider refuses the key of ${name}`,
    replace: 'Replace the key, then reset the upstream.',
    failing: (name: string) => `${name} is failing and gets no requests for the moment`,
    expires: (key: string, day: string) => `The key ${key} expires on ${day}`,
    rotated: 'It has been rotated; its replacement works already.',
    rotate: 'Rotate it, or move its end.',
    away: 'The database does not answer',
    served: 'Requests are served by what was read last; usage is kept in the journal.',
    look: 'See whether the database runs and can be reached.',
  },
  zh: {
    refused: (name: string) => `供应商拒绝 ${name} 的密钥`,
    replace: '更换密钥，然后重置该上游。',
    failing: (name: string) => `${name} 正在出错，暂时不接收请求`,
    expires: (key: string, day: string) => `密钥 ${key} 将于 ${day} 到期`,
    rotated: '它已轮换，新密钥已可使用。',
    rotate: '请轮换它，或推迟到期日。',
    away: '数据库没有应答',
    served: '请求按上次读取的内容处理；用量保存在日志中。',
    look: '请检查数据库是否运行并且可以连接。',
  },
}
