/** Each kind of failure raises the class of error that an official client has for it, in its format's own words. */
import { describe, expect, test } from 'bun:test'
import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai-7'
import type { Endpoint, ProtocolName } from '../../../src/protocols/protocol.ts'
import { upstreamKey } from '../../support/in-process/entities.ts'
import { inProcess } from '../../support/in-process/gateway.ts'
import type { ScriptedReply } from '../../support/in-process/scripted-transport.ts'

const error = (message: string, code: string | null, type = 'invalid_request_error') => ({
  body: JSON.stringify({ error: { message, type, code, param: null } }),
})
type Client = 'chat' | 'responses' | 'messages' | 'gemini'
type Outcome = readonly [failure: string, status: number, type: string]

/** What a chat upstream answers, and what the clients of each format make of it. */
const FAILURES: readonly {
  name: string
  reply: ScriptedReply
  openai: Outcome
  anthropic: Outcome
  google: Outcome
}[] = [
  {
    name: 'a refused request',
    reply: { status: 400, ...error('bad field', null) },
    openai: ['BadRequestError', 400, 'invalid_request_error'],
    anthropic: ['BadRequestError', 400, 'invalid_request_error'],
    google: ['error', 400, 'INVALID_ARGUMENT'],
  },
  {
    name: 'a prompt that is too long',
    reply: { status: 400, ...error('too many', 'context_length_exceeded') },
    openai: ['BadRequestError', 400, 'context_length_exceeded'],
    anthropic: ['BadRequestError', 400, 'invalid_request_error'],
    google: ['error', 400, 'INVALID_ARGUMENT'],
  },
  {
    name: 'a refused upstream key',
    reply: { status: 401, ...error('bad key', 'invalid_api_key') },
    openai: ['InternalServerError', 502, 'upstream_error'],
    anthropic: ['InternalServerError', 502, 'api_error'],
    google: ['error', 502, 'INTERNAL'],
  },
  {
    name: 'a body that is too large',
    reply: { status: 413, ...error('too large', null) },
    openai: ['APIError', 413, 'invalid_request_error'],
    anthropic: ['ContentTooLargeError', 413, 'request_too_large'],
    google: ['error', 413, 'INVALID_ARGUMENT'],
  },
  {
    name: 'a rate limit',
    reply: { status: 429, ...error('slow down', 'rate_limit_exceeded') },
    openai: ['RateLimitError', 429, 'rate_limit_exceeded'],
    anthropic: ['RateLimitError', 429, 'rate_limit_error'],
    google: ['error', 429, 'RESOURCE_EXHAUSTED'],
  },
  {
    name: 'an exhausted account',
    reply: { status: 429, ...error('no credit', 'insufficient_quota') },
    openai: ['InternalServerError', 503, 'no_available_upstream'],
    anthropic: ['OverloadedError', 529, 'overloaded_error'],
    google: ['error', 503, 'UNAVAILABLE'],
  },
  {
    name: 'a broken upstream',
    reply: { status: 500, ...error('oops', null, 'server_error') },
    openai: ['InternalServerError', 502, 'upstream_error'],
    anthropic: ['InternalServerError', 502, 'api_error'],
    google: ['error', 502, 'INTERNAL'],
  },
]

const PATHS: Readonly<Record<Client, { protocol: ProtocolName; endpoint: Endpoint }>> = {
  chat: { protocol: 'openai', endpoint: 'chat/completions' },
  responses: { protocol: 'responses', endpoint: 'responses' },
  messages: { protocol: 'anthropic', endpoint: 'messages' },
  gemini: { protocol: 'gemini', endpoint: 'generateContent' },
}

/** Answers an official client's request as a gateway, without a socket. */
function fetchOf(reply: ScriptedReply, client: Client): typeof fetch {
  const answer = async (_: unknown, init?: RequestInit) => {
    const gateway = await inProcess(() => reply, { upstreams: [upstreamKey(1)] })
    const got = await gateway.ask(String(init?.body), PATHS[client])
    return new Response(got.text, { status: got.status, headers: got.headers })
  }
  return answer as typeof fetch
}

const options = (reply: ScriptedReply, client: Client) => ({
  apiKey: 'x',
  baseURL: 'http://gateway.test/v1',
  maxRetries: 0,
  fetch: fetchOf(reply, client),
})
const messages = [{ role: 'user' as const, content: 'Hi' }]
const SEND: Readonly<Record<Client, (reply: ScriptedReply) => Promise<unknown>>> = {
  chat: (reply) =>
    new OpenAI(options(reply, 'chat')).chat.completions.create({ model: 'm', messages }),
  responses: (reply) =>
    new OpenAI(options(reply, 'responses')).responses.create({ model: 'm', input: 'Hi' }),
  messages: (reply) =>
    new Anthropic(options(reply, 'messages')).messages.create({
      model: 'm',
      max_tokens: 9,
      messages,
    }),
  async gemini(reply) {
    const contents = [{ role: 'user', parts: [{ text: 'Hi' }] }]
    const body = JSON.stringify({ model: 'm', stream: false, contents })
    const got = await fetchOf(reply, 'gemini')('', { body })
    const { error: failed } = (await got.json()) as { error: { status: string } }
    throw Object.assign(new Error('error'), { status: got.status, code: failed.status })
  },
}
const FAMILY = {
  chat: 'openai',
  responses: 'openai',
  messages: 'anthropic',
  gemini: 'google',
} as const

interface Raised {
  name: string
  status: number
  type?: string | null
  code?: string | null
  error?: { error?: { type?: string } }
  headers?: Headers
}

describe.each(FAILURES.map((failure) => [failure.name, failure] as const))('%s', (_, failure) => {
  test.each(Object.keys(SEND) as Client[])('is what a %s client expects', async (client) => {
    const raised: Raised = await SEND[client](failure.reply).then(
      () => null,
      (cause) => cause,
    )
    const [name, status, type] = failure[FAMILY[client]]
    const isNamed = client === 'gemini' ? 'error' : raised.constructor.name
    expect([isNamed, raised.status]).toEqual([name, status])
    expect([raised.error?.error?.type, raised.code, raised.type]).toContain(type)
    if (status === 429 && client !== 'gemini')
      expect(raised.headers?.get('retry-after')).toMatch(/^\d+$/)
  })
})
