/** What needs an operator's attention, from what the gateway knows without a request to an upstream. */
import { isoTime } from '../../../../core/time/iso-time.ts'
import type { MessageLanguage } from '../frame/error-reply.ts'
import type { AdminApiParts } from '../frame/parts.ts'
import { errorHint } from './error-hints.ts'

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
    ...upstreamProblems(parts, language),
    ...(await modelProblems(parts, language)),
    ...(await expiringKeys(parts, words)),
    ...storeProblems(parts, words),
  ]
}

function upstreamProblems({ services }: AdminApiParts, language: MessageLanguage): Attention[] {
  const words = WORDS[language]
  const problems: Attention[] = []
  for (const { key } of services.directory.allUpstreams()) {
    const { status, lastError } = services.health.state(key.id) ?? key.state
    if (status !== 'invalid' && status !== 'cooldown') continue
    problems.push({
      check: 'UPS-1',
      ...(status === 'invalid'
        ? { severity: 'problem', title: words.refused(key.name), fix: words.replace }
        : { severity: 'warning', title: words.failing(key.name), fix: words.again }),
      detail: errorHint(lastError, language) ?? lastError ?? '',
      link: linkTo(key.name),
    })
  }
  return problems
}

const linkTo = (upstream: string) => `/upstreams?q=${encodeURIComponent(upstream)}`

/** More would push everything else off the page; the link leads to all of them. */
const MAX_MODEL_PROBLEMS = 5

/** Models that a key does not serve now, although the key itself works. A rate limit passes by itself. */
async function modelProblems(
  { admin, services, nowMs }: AdminApiParts,
  language: MessageLanguage,
): Promise<Attention[]> {
  const words = WORDS[language]
  const keys = new Map(services.directory.allUpstreams().map(({ key }) => [key.id, key]))
  const states = await admin.upstreams.modelStates()
  return states
    .filter(({ status, untilMs }) => status !== 'limited' && untilMs > nowMs())
    .flatMap(({ upstreamKeyId, model, status, lastError }): Attention[] => {
      const key = keys.get(upstreamKeyId)
      const state = key && (services.health.state(key.id) ?? key.state).status
      if (key === undefined || state !== 'healthy') return []
      return [
        {
          check: 'UPS-1',
          severity: 'warning',
          title: (status === 'missing' ? words.lacks : words.failsFor)(key.name, model),
          detail: errorHint(lastError, language) ?? lastError ?? '',
          fix: status === 'missing' ? words.otherModels : words.again,
          link: linkTo(key.name),
        },
      ]
    })
    .slice(0, MAX_MODEL_PROBLEMS)
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
    failsFor: (name: string, model: string) => `${name} is failing for the model ${model}`,
    lacks: (name: string, model: string) => `${name} does not have the model ${model}`,
    again: 'The gateway tries again by itself. If it keeps failing, test the upstream.',
    otherModels: 'Take the model off the upstream, or correct its name.',
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
    failsFor: (name: string, model: string) => `${name} 的模型 ${model} 正在出错`,
    lacks: (name: string, model: string) => `${name} 没有模型 ${model}`,
    again: '网关会自动重试；如果持续出错，请测试该上游。',
    otherModels: '请从该上游移除此模型，或更正其名称。',
    expires: (key: string, day: string) => `密钥 ${key} 将于 ${day} 到期`,
    rotated: '它已轮换，新密钥已可使用。',
    rotate: '请轮换它，或推迟到期日。',
    away: '数据库没有应答',
    served: '请求按上次读取的内容处理；用量保存在日志中。',
    look: '请检查数据库是否运行并且可以连接。',
  },
}
