/** Gemini and Vertex AI behind a real gateway: what they get, and what clients get. */
import { afterAll, describe, expect, test } from 'bun:test'
import { dataOf } from '../../support/translation/translation.ts'
import { startHostsRig, streamedText } from '../../support/vendors/hosts-rig.ts'
import { CLAUDE, GEMINI } from '../../support/vendors/model-hosts.ts'

const { gateway, last, tokens, post, chat, stop } = await startHostsRig()
afterAll(stop)

describe('AI Studio', () => {
  test('gets a chat client’s request at its own path, with its key in its own header', async () => {
    const reply = await chat('gemini-3-pro')
    const body = (await reply.json()) as {
      choices: { message: { content: string } }[]
      usage: object
    }
    expect(body.choices[0]?.message.content).toBe('Grüezi')
    expect(body.usage).toMatchObject({ prompt_tokens: 7, completion_tokens: 2, total_tokens: 9 })
    expect(last().path).toBe('/v1beta/models/gemini-3-pro:generateContent')
    expect(last().headers.get('x-goog-api-key')).toBe('AIzaSyTestKey0123456789')
    expect(await streamedText(await chat('gemini-3-pro', { stream: true }))).toBe('Grüezi')
  })

  test('gets a Gemini client’s body byte for byte', async () => {
    const body = { contents: [{ role: 'user', parts: [{ text: 'Hello' }] }], labels: { a: '1' } }
    const reply = await post('/v1beta/models/gemini-3-pro:generateContent', body, {
      authorization: '',
      'x-goog-api-key': gateway.proxyKey,
    })
    expect(await reply.json()).toEqual(GEMINI)
    expect(last().body).toBe(JSON.stringify(body))
    const row = await gateway.usageRow(reply.headers.get('x-request-id') ?? '')
    expect(row).toMatchObject({ model: 'gemini-3-pro', prompt_tokens: 7, completion_tokens: 2 })
  })

  test('streams to a Gemini client as it is', async () => {
    const reply = await post('/v1beta/models/gemini-3-pro:streamGenerateContent?alt=sse', {
      contents: [],
    })
    expect(await reply.text()).toBe(`data: ${JSON.stringify(GEMINI)}\n\n`)
  })

  test('reads a key from the query, and logs it nowhere', async () => {
    const path = `/v1beta/models/gemini-3-pro:generateContent?key=${gateway.proxyKey}`
    const reply = await post(path, { contents: [] }, { authorization: '' })
    expect(reply.status).toBe(200)
    expect(last().headers.get('x-goog-api-key')).toBe('AIzaSyTestKey0123456789')
    expect(gateway.logs()).not.toContain(gateway.proxyKey)
  })

  test('counts tokens, and the gateway counts them for models of others', async () => {
    const count = { contents: [{ role: 'user', parts: [{ text: 'How many tokens are these?' }] }] }
    const own = await post('/v1beta/models/gemini-3-pro:countTokens', count)
    expect(await own.json()).toEqual({ totalTokens: 31 })
    const other = await post('/v1beta/models/amazon.nova-lite-v1:0:countTokens', count)
    expect(other.headers.get('x-gpt-proxy-estimated')).toBe('true')
    const { totalTokens } = (await other.json()) as { totalTokens: number }
    expect(totalTokens).toBeGreaterThan(4)
    expect(totalTokens).toBeLessThan(20)
  })

  test('that refuses its key is not the client’s fault', async () => {
    const reply = await chat('gemini-refused')
    expect(reply.status).toBe(502)
    expect(JSON.stringify(await reply.json())).not.toContain('API key not valid')
  })

  test('has errors in Google’s form for its clients', async () => {
    const reply = await post('/v1beta/models/unknown:generateContent', { contents: [] })
    expect(reply.status).toBe(404)
    expect(await reply.json()).toMatchObject({ error: { code: 404, status: 'NOT_FOUND' } })
    expect((await post('/v1beta/models/gemini-3-pro:sing', {})).status).toBe(404)
  })
})

describe('Vertex AI', () => {
  test('gets one token of the machine for all requests, and each model in its own format', async () => {
    const replies = await Promise.all(Array.from({ length: 10 }, () => chat('gemini-2.5-flash')))
    for (const reply of replies) expect(reply.status).toBe(200)
    expect(tokens()).toBe(1)
    expect(last().path).toBe(
      '/v1/projects/p/locations/l/publishers/google/models/gemini-2.5-flash:generateContent',
    )
    expect(last().headers.get('authorization')).toBe('Bearer ya29.machine')
    expect(await streamedText(await chat('claude-opus-4-8', { stream: true }))).toBe('Grüezi')
    expect(last().path).toBe(
      '/v1/projects/p/locations/l/publishers/anthropic/models/claude-opus-4-8:streamRawPredict',
    )
    expect(JSON.parse(last().body)).toMatchObject({
      anthropic_version: 'vertex-2023-10-16',
      stream: true,
    })
    expect(JSON.parse(last().body).model).toBeUndefined()
  })

  test('streams Claude to a Messages client', async () => {
    const reply = await post(
      '/v1/messages?beta=true',
      {
        model: 'claude-opus-4-8',
        max_tokens: 10,
        stream: true,
        messages: [{ role: 'user', content: 'Hi' }],
      },
      { 'anthropic-beta': 'claude-code-20250219,effort-2025-11-24' },
    )
    expect(dataOf(await reply.text())).toEqual(CLAUDE)
    expect(JSON.parse(last().body).anthropic_beta).toEqual(['effort-2025-11-24'])
    expect(last().headers.get('anthropic-beta')).toBeNull()
  })
})
