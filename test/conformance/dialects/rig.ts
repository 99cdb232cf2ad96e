/** A gateway between clients and upstreams of several formats; each upstream is a mock with a script of its own. */
import { type Gateway, startGateway } from '../../support/gateway.ts'
import { type MockUpstream, startMockUpstream } from '../../support/mock/mock-upstream.ts'

export interface DialectRig {
  gateway: Gateway
  /** Speaks Chat Completions, serves `gpt-mock`. */
  chat: MockUpstream
  /** Speaks Messages, serves `claude-*`. */
  messages: MockUpstream
  close(): Promise<void>
}

export async function startDialectRig(
  /** A `compatible` upstream speaks Chat Completions only, an `openai` one Responses too. */
  provider: 'openai' | 'compatible' = 'openai',
): Promise<DialectRig> {
  const [chat, messages] = await Promise.all([startMockUpstream(), startMockUpstream()])
  const gateway = await startGateway({
    upstreams: [
      { name: 'chat', provider, baseUrl: chat.url, models: ['gpt-*'] },
      { name: 'messages', provider: 'anthropic', baseUrl: origin(messages), models: ['claude-*'] },
    ],
    env: { CIRCUIT_BREAKER_THRESHOLD: '1000000' },
  })
  return {
    gateway,
    chat,
    messages,
    async close() {
      await gateway.stop()
      await Promise.all([chat.close(), messages.close()])
    },
  }
}

export function origin({ url }: MockUpstream): string {
  return url.replace(/\/v1$/, '')
}

/** The body of the last request that an upstream got. */
// biome-ignore lint/suspicious/noExplicitAny: a body of any format, looked into by tests
export function lastBody({ ledger }: MockUpstream): any {
  return JSON.parse(ledger.at(-1)?.body ?? 'null')
}
