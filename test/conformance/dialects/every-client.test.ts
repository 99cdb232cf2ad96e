/** Official clients of four formats with upstreams of five: each reads the same answer, end and usage of all of them. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import Anthropic from '@anthropic-ai/sdk'
import { GoogleGenAI } from '@google/genai'
import OpenAI from 'openai-7'
import { type Gateway, startGateway } from '../../support/gateway.ts'
import { AWS } from '../../support/vendors/model-hosts.ts'
import { CALLS, type Ending, TEXT, THOUGHT, USAGE } from '../../support/vendors/wires/answer.ts'
import { wireAnswer, wireAt } from '../../support/vendors/wires/index.ts'

/** What a client makes of an answer, in one form. */
interface Seen {
  text: string
  thought: string
  calls: { name: string; args: unknown }[]
  end: unknown
  usage: { input: number; cached: number; output: number; reasoning: number }
}

const MODELS = [
  'vendor-chat',
  'vendor-responses',
  'claude-opus-4-8',
  'gemini-3-pro',
  'amazon.nova-lite-v1:0',
]
let ending: Ending = 'call'
let gateway: Gateway
const host = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  fetch: (request) => wireAnswer(wireAt(new URL(request.url).pathname), ending),
})
const baseUrl = `http://127.0.0.1:${host.port}`
beforeAll(async () => {
  const [chat, responses, messages, gemini, converse] = MODELS.map((model) => [model])
  gateway = await startGateway({
    upstreams: [
      { name: 'chat', provider: 'compatible', baseUrl, models: chat as string[] },
      {
        name: 'responses',
        provider: 'openai',
        protocol: 'responses',
        baseUrl,
        models: responses as string[],
      },
      { name: 'messages', provider: 'anthropic', baseUrl, models: messages as string[] },
      { name: 'gemini', provider: 'gemini', baseUrl, models: gemini as string[] },
      { name: 'converse', provider: 'bedrock', baseUrl, key: AWS, models: converse as string[] },
    ],
    env: { CIRCUIT_BREAKER_THRESHOLD: '1000000' },
  })
})
afterAll(async () => {
  await gateway.stop()
  host.stop(true)
})

const parameters = { type: 'object', properties: { at: { type: 'string' } } } as const

function openai(): OpenAI {
  return new OpenAI({ apiKey: gateway.proxyKey, baseURL: gateway.baseUrl, maxRetries: 0 })
}

async function asChat(model: string): Promise<Seen> {
  let thought = ''
  const stream = openai().chat.completions.stream({
    model,
    messages: [{ role: 'user', content: 'Look twice' }],
    tools: [{ type: 'function', function: { name: 'look', parameters } }],
    stream_options: { include_usage: true },
  })
  stream.on('chunk', ({ choices: [choice] }) => {
    const { reasoning_content: more } = (choice?.delta ?? {}) as { reasoning_content?: string }
    thought += more ?? ''
  })
  // The client throws on its own for the ends *length* and *filter* of parsed answers only.
  const { choices, usage } = await stream.finalChatCompletion()
  const [choice] = choices
  return {
    text: choice?.message.content ?? '',
    thought,
    calls: (choice?.message.tool_calls ?? []).map((call) =>
      call.type === 'function'
        ? { name: call.function.name, args: JSON.parse(call.function.arguments) }
        : { name: '', args: null },
    ),
    end: choice?.finish_reason,
    usage: {
      input: usage?.prompt_tokens ?? 0,
      cached: usage?.prompt_tokens_details?.cached_tokens ?? 0,
      output: usage?.completion_tokens ?? 0,
      reasoning: usage?.completion_tokens_details?.reasoning_tokens ?? 0,
    },
  }
}

async function asResponses(model: string): Promise<Seen> {
  const stream = await openai().responses.create({
    model,
    input: 'Look twice',
    tools: [{ type: 'function', name: 'look', parameters, strict: false }],
    stream: true,
  })
  let last: OpenAI.Responses.Response | undefined
  for await (const event of stream) {
    if (event.type === 'response.failed') throw new Error(event.response.error?.message)
    if (event.type === 'error') throw new Error(event.message)
    if (event.type === 'response.completed' || event.type === 'response.incomplete')
      last = event.response
  }
  if (last === undefined) throw new Error('the stream has no end')
  const { output, usage, status, incomplete_details: details } = last
  return {
    text: output
      .flatMap((item) => (item.type === 'message' ? item.content : []))
      .map((part) => (part.type === 'output_text' ? part.text : ''))
      .join(''),
    thought: output
      .flatMap((item) => (item.type === 'reasoning' ? item.summary : []))
      .map(({ text }) => text)
      .join(''),
    calls: output.flatMap((item) =>
      item.type === 'function_call' ? [{ name: item.name, args: JSON.parse(item.arguments) }] : [],
    ),
    end: details?.reason ?? status,
    usage: {
      input: usage?.input_tokens ?? 0,
      cached: usage?.input_tokens_details.cached_tokens ?? 0,
      output: usage?.output_tokens ?? 0,
      reasoning: usage?.output_tokens_details.reasoning_tokens ?? 0,
    },
  }
}

async function asMessages(model: string): Promise<Seen> {
  const client = new Anthropic({ apiKey: gateway.proxyKey, baseURL: gateway.origin, maxRetries: 0 })
  const { content, stop_reason, usage } = await client.messages
    .stream({
      model,
      max_tokens: 4_000,
      messages: [{ role: 'user', content: 'Look twice' }],
      tools: [{ name: 'look', input_schema: parameters }],
    })
    .finalMessage()
  const cached = usage.cache_read_input_tokens ?? 0
  const { output_tokens_details: details } = usage as {
    output_tokens_details?: { thinking_tokens: number }
  }
  return {
    text: content.map((block) => (block.type === 'text' ? block.text : '')).join(''),
    thought: content.map((block) => (block.type === 'thinking' ? block.thinking : '')).join(''),
    calls: content.flatMap((block) =>
      block.type === 'tool_use' ? [{ name: block.name, args: block.input }] : [],
    ),
    end: stop_reason,
    usage: {
      input: usage.input_tokens + cached,
      cached,
      output: usage.output_tokens,
      reasoning: details?.thinking_tokens ?? 0,
    },
  }
}

async function asGemini(model: string): Promise<Seen> {
  const client = new GoogleGenAI({
    apiKey: gateway.proxyKey,
    httpOptions: { baseUrl: gateway.origin, retryOptions: { attempts: 1 } },
  })
  const seen: Seen = {
    text: '',
    thought: '',
    calls: [],
    end: undefined,
    usage: { input: 0, cached: 0, output: 0, reasoning: 0 },
  }
  const stream = await client.models.generateContentStream({
    model,
    contents: 'Look twice',
    config: {
      tools: [{ functionDeclarations: [{ name: 'look', parametersJsonSchema: parameters }] }],
    },
  })
  for await (const { candidates, usageMetadata: usage } of stream) {
    for (const part of candidates?.[0]?.content?.parts ?? []) {
      if (part.functionCall)
        seen.calls.push({ name: part.functionCall.name ?? '', args: part.functionCall.args })
      else if (part.thought) seen.thought += part.text ?? ''
      else seen.text += part.text ?? ''
    }
    seen.end = candidates?.[0]?.finishReason ?? seen.end
    const reasoning = usage?.thoughtsTokenCount ?? 0
    if (usage)
      seen.usage = {
        input: usage.promptTokenCount ?? 0,
        cached: usage.cachedContentTokenCount ?? 0,
        output: (usage.candidatesTokenCount ?? 0) + reasoning,
        reasoning,
      }
  }
  return seen
}

const CLIENTS = [
  ['openai, chat', asChat, { call: 'tool_calls', length: 'length', filter: 'content_filter' }],
  [
    'openai, responses',
    asResponses,
    { call: 'completed', length: 'max_output_tokens', filter: 'content_filter' },
  ],
  ['@anthropic-ai/sdk', asMessages, { call: 'tool_use', length: 'max_tokens', filter: 'refusal' }],
  ['@google/genai', asGemini, { call: 'STOP', length: 'MAX_TOKENS', filter: 'SAFETY' }],
] as const

describe.each(CLIENTS)('%s', (_, ask, ends) => {
  describe.each(MODELS)('with %s', (model) => {
    test('reads thought, text, both calls and usage of an answer in the smallest pieces', async () => {
      ending = 'call'
      const { thought, usage, ...seen } = await ask(model)
      expect(seen).toEqual({ text: TEXT, calls: [...CALLS], end: ends.call })
      expect(thought).toBe(THOUGHT)
      // Converse counts no thoughts.
      expect(usage).toEqual(model.startsWith('amazon') ? { ...USAGE, reasoning: 0 } : USAGE)
    })

    test.each(['length', 'filter'] as const)('reads the end: %s', async (reason) => {
      ending = reason
      const { text, end } = await ask(model)
      expect({ text, end }).toEqual({ text: TEXT, end: ends[reason] })
    })

    test.each(['broken', 'cut'] as const)('fails on an answer that is %s', async (reason) => {
      ending = reason
      expect(
        await ask(model).then(
          () => 'an answer',
          () => 'an error',
        ),
      ).toBe('an error')
    })
  })
})
