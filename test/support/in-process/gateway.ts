/** Drives `serve()` with a scripted transport: a fail-over case takes milliseconds. */
import { openContext } from '../../../src/pipeline/context.ts'
import { serve } from '../../../src/pipeline/serve.ts'
import type { Services } from '../../../src/pipeline/services.ts'
import type { Endpoint, ProtocolName } from '../../../src/protocols/protocol.ts'
import type { UsageRecord } from '../../../src/usage/record.ts'
import { type Received, TestClient } from './client.ts'
import { PROXY_KEY } from './entities.ts'
import { type Script, type ScriptedTransport, scriptedTransport } from './scripted-transport.ts'
import { type Kept, type ServiceOptions, testServices } from './services.ts'

export interface Asked {
  endpoint?: Endpoint
  protocol?: ProtocolName
  headers?: Record<string, string>
  /** Called at each write of a stream. */
  onWrite?: (text: string, leave: () => void) => void
}

export interface Answered extends Received {
  /** What was recorded; undefined if the request was refused before an attempt. */
  record: UsageRecord | undefined
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it knows to be there.
  json(): any
}

export interface InProcess {
  services: Services
  transport: ScriptedTransport
  kept: Kept
  ask(body: object | string, asked?: Asked): Promise<Answered>
}

export async function inProcess(
  script: Script,
  options: Omit<ServiceOptions, 'transport'> = {},
): Promise<InProcess> {
  const transport = scriptedTransport(script)
  const { services, kept } = await testServices({ ...options, transport })
  let asked = 0
  return {
    services,
    transport,
    kept,
    async ask(body, { endpoint = 'chat/completions', protocol = 'openai', headers, onWrite } = {}) {
      const client = new TestClient({ authorization: `Bearer ${PROXY_KEY}`, ...headers })
      const context = openContext(`req_${++asked}`, Date.now())
      client.onWrite = (text) => onWrite?.(text, () => context.signal.abort())
      const text = typeof body === 'string' ? body : JSON.stringify(body)
      const before = kept.records.length
      await serve(services, { protocol, endpoint, client, readBody: () => text }, context)
      const { received } = client
      const record = kept.records[before]
      return { ...received, record, json: () => JSON.parse(received.text) }
    },
  }
}

export const chat = (more: object = {}) => ({
  model: 'm',
  messages: [{ role: 'user', content: 'Hi' }],
  ...more,
})
export const streamed = (more: object = {}) => chat({ stream: true, ...more })

export const USAGE = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 }
export const completion = (content: string, more: object = {}) =>
  JSON.stringify({
    id: 'c',
    object: 'chat.completion',
    created: 1,
    model: 'm',
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
    usage: USAGE,
    ...more,
  })
export const event = (value: object | string) =>
  `data: ${typeof value === 'string' ? value : JSON.stringify(value)}\n\n`
export const piece = (delta: object | string, finish: string | null = null, index = 0) =>
  event({
    id: 'c',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'm',
    choices: [
      {
        index,
        delta: typeof delta === 'string' ? { content: delta } : delta,
        finish_reason: finish,
      },
    ],
  })
export const usageEvent = event({
  id: 'c',
  object: 'chat.completion.chunk',
  choices: [],
  usage: USAGE,
})
export const DONE = 'data: [DONE]\n\n'
