/** An upstream's last error in plain words, with what to do, in the language of the reader. */
import type { MessageLanguage } from '../frame/error-reply.ts'

type Cause =
  | 'quota'
  | 'refused'
  | 'missing'
  | 'limited'
  | 'server'
  | 'request'
  | 'broken'
  | 'silent'
  | 'certificate'
  | 'unreachable'

/** `lastError` is the detail of a failure, such as `status 401, invalid_api_key`; null if the cause is not known. */
export function errorHint(lastError: string | null, language: MessageLanguage): string | null {
  const cause = lastError === null ? null : causeOf(lastError)
  return cause === null ? null : HINTS[language][cause]
}

function causeOf(lastError: string): Cause | null {
  if (SPENT.test(lastError)) return 'quota'
  const status = Number(/^status (\d{3})\b/.exec(lastError)?.[1] ?? 0)
  if (status > 0) return causeOfStatus(status)
  return WORDS.find(([pattern]) => pattern.test(lastError))?.[1] ?? null
}

const SPENT =
  /insufficient_quota|insufficient_balance|billing|credit|arrear|exceeded_current_quota/i

function causeOfStatus(status: number): Cause | null {
  if (status === 402) return 'quota'
  if (status === 401 || status === 403) return 'refused'
  if (status === 404) return 'missing'
  if (status === 429) return 'limited'
  if (status >= 500) return 'server'
  if (status >= 400) return 'request'
  return 'broken'
}

/** What the gateway says itself, in this order: a certificate may have timed out, too. */
const WORDS: readonly (readonly [RegExp, Cause])[] = [
  [/TLS|certificate/i, 'certificate'],
  [/no answer within|no list within|silent|timed out/i, 'silent'],
  [/in a reply|stream|reply was complete|exchange failed|too large|\bevent\b/i, 'broken'],
  [/refused|resolved|reached|connection|proxy|HTTP\/2|tunnel/i, 'unreachable'],
]

const HINTS: Readonly<Record<MessageLanguage, Readonly<Record<Cause, string>>>> = {
  en: {
    quota:
      'The quota or the balance at the provider is used up. Top it up, then reset the upstream.',
    refused: 'The provider refuses this key. Check it at the provider, or replace it.',
    missing: 'The provider does not have this model or address. Check the base URL and the models.',
    limited: "The provider's rate limit is reached. It is used again automatically.",
    server: 'The provider had an error of its own. It is retried automatically.',
    request: 'The provider refused the request itself. The list of requests shows which one.',
    broken: "The provider's answer broke off or could not be read. It is retried automatically.",
    silent: 'The provider did not answer in time. It is retried automatically.',
    certificate: 'No secure connection to the provider: check its certificate and the base URL.',
    unreachable: "The gateway can't reach the provider. Check the address and the network.",
  },
  zh: {
    quota: '供应商处的额度或余额已用完。请充值，然后重置该上游。',
    refused: '供应商拒绝此密钥。请在供应商处检查，或更换密钥。',
    missing: '供应商没有此模型或地址。请检查基础地址和模型列表。',
    limited: '已达到供应商的速率限制，之后会自动恢复使用。',
    server: '供应商自身出错，稍后会自动重试。',
    request: '供应商拒绝了请求本身。请求列表会显示是哪一个。',
    broken: '供应商的应答中断或无法读取，稍后会自动重试。',
    silent: '供应商没有及时应答，稍后会自动重试。',
    certificate: '无法与供应商建立安全连接：请检查其证书和基础地址。',
    unreachable: '网关无法连接供应商。请检查地址和网络。',
  },
}
