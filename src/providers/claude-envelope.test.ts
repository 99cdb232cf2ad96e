/** Claude's requests in the envelopes of Bedrock and Vertex. */
import { describe, expect, test } from 'bun:test'
import type { WireRequest } from '../upstreams/transport.ts'
import { BEDROCK, inEnvelope, VERTEX } from './claude-envelope.ts'

const REQUEST: WireRequest = {
  method: 'POST',
  url: 'https://host.test/',
  headers: {},
  further: { 'anthropic-beta': 'claude-code-20250219, effort-2025-11-24', traceparent: '00' },
  body: JSON.stringify({
    model: 'claude',
    stream: true,
    max_tokens: 10,
    messages: [
      { role: 'user', content: 'Hi' },
      { role: 'system', content: 'Be brief.' },
    ],
    tools: [{ name: 'look', input_schema: { type: 'object' }, defer_loading: true }],
  }),
}

describe.each([
  ['Bedrock', BEDROCK, 'bedrock-2023-05-31', undefined],
  ['Vertex', VERTEX, 'vertex-2023-10-16', true],
] as const)('on %s', (_, host, version, stream) => {
  const { body, further } = inEnvelope(REQUEST, host)
  const written = JSON.parse(String(body))

  test('the model is not in the body, but the version is', () => {
    expect(written).toMatchObject({ anthropic_version: version, max_tokens: 10 })
    expect(written.model).toBeUndefined()
    expect(written.stream).toBe(stream)
  })

  test('only betas that the host knows are asked for, in the body', () => {
    expect(written.anthropic_beta).toEqual(['effort-2025-11-24'])
    expect(further).toEqual({ traceparent: '00' })
  })

  test('fields of other betas are left out, and system text in the midst becomes the user’s', () => {
    expect(written.tools).toEqual([{ name: 'look', input_schema: { type: 'object' } }])
    expect(written.messages[1]).toEqual({
      role: 'user',
      content: [{ type: 'text', text: '<system>\nBe brief.\n</system>' }],
    })
  })
})

test('a body that is not an object passes unchanged', () => {
  const request = { ...REQUEST, body: null }
  expect(inEnvelope(request, BEDROCK)).toBe(request)
})
