/** Python's client libraries: an answer, a stream and a tool loop, with upstreams of their own format and of another. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { type Gateway, startGateway } from '../../support/gateway.ts'
import {
  INSTALL_LIMIT_MS,
  installPython,
  type Python,
  REMOVE_LIMIT_MS,
} from '../../support/processes/python.ts'
import {
  startToolVendor,
  TOOL_VENDOR_USAGE,
  type ToolVendor,
} from '../../support/vendors/tool-vendor.ts'

const PROGRAM = join(import.meta.dir, 'python_clients.py')
/** Libraries that can be installed together. */
const GROUPS: readonly { packages: readonly string[]; clients: readonly string[] }[] = [
  {
    packages: [
      'anthropic==2.14.0',
      'langchain-openai==1.7.4',
      'litellm==1.110.2',
      'openai-agents==0.24.0',
      'pydantic-ai-slim[openai,anthropic]==2.68.0',
    ],
    clients: [
      'anthropic',
      'LangChain, chat',
      'LangChain, responses',
      'litellm, as Anthropic',
      'litellm, as OpenAI',
      'openai-agents, chat',
      'openai-agents, responses',
      'pydantic-ai, Anthropic',
      'pydantic-ai, chat',
      'pydantic-ai, responses',
    ],
  },
  { packages: ['llama-index-llms-openai-like==0.8.1'], clients: ['LlamaIndex'] },
]
/** A program imports its library, which takes most of this on a busy machine. */
const CLIENT_LIMIT_MS = 120_000

let vendor: ToolVendor
let gateway: Gateway
beforeAll(async () => {
  vendor = startToolVendor()
  const upstream = { baseUrl: vendor.url }
  gateway = await startGateway({
    upstreams: [
      { ...upstream, name: 'chat', provider: 'compatible', models: ['gpt-mock'] },
      { ...upstream, name: 'messages', provider: 'anthropic', models: ['claude-mock'] },
    ],
  })
})
afterAll(async () => {
  await gateway.stop()
  await vendor.stop()
})

const ANSWER = {
  text: 'You said: Hello',
  streamed: 'You said: Hello',
  looked: 'You said: A cat.',
  usage: [TOOL_VENDOR_USAGE.input, TOOL_VENDOR_USAGE.output],
}

describe.each(GROUPS)('of $packages.0 and others', ({ packages, clients }) => {
  let python: Python
  beforeAll(async () => {
    python = await installPython(packages)
  }, INSTALL_LIMIT_MS)
  afterAll(() => python.remove(), REMOVE_LIMIT_MS)

  test.each(clients)(
    '%s asks, streams and completes a tool loop with upstreams of both formats',
    async (client) => {
      // litellm would fetch its own price list.
      const quiet = { LITELLM_LOCAL_MODEL_COST_MAP: 'True' }
      const env = { ORIGIN: gateway.origin, KEY: gateway.proxyKey, ...quiet }
      const printed = await python.run([PROGRAM, client, 'gpt-mock', 'claude-mock'], env)
      expect(JSON.parse(printed.trim().split('\n').at(-1) ?? '')).toEqual([ANSWER, ANSWER])
    },
    CLIENT_LIMIT_MS,
  )
})
