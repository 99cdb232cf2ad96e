/** Bedrock behind a real gateway: what it gets, signed and addressed, and what clients get. */
import { afterAll, describe, expect, test } from 'bun:test'
import { dataOf } from '../../support/translation/translation.ts'
import { awsSignature } from '../../support/vendors/aws-signature.ts'
import { startHostsRig, streamedText } from '../../support/vendors/hosts-rig.ts'
import { CLAUDE } from '../../support/vendors/model-hosts.ts'

const { gateway, last, post, chat, stop } = await startHostsRig()
afterAll(stop)

describe('Bedrock', () => {
  test('gets Converse, signed over the very bytes that it gets', async () => {
    const reply = await chat('amazon.nova-lite-v1:0')
    const body = (await reply.json()) as {
      choices: { message: { content: string } }[]
      usage: object
    }
    expect(body.choices[0]?.message.content).toBe('Grüezi')
    expect(body.usage).toMatchObject({ prompt_tokens: 7, completion_tokens: 2 })
    expect(last().path).toBe('/model/amazon.nova-lite-v1%3A0/converse')
    expect(last().headers.get('authorization')).toBe((await awsSignature(last())) ?? '')
  })

  test('streams binary frames to a chat client as events, with usage in the record', async () => {
    const reply = await chat('amazon.nova-lite-v1:0', { stream: true })
    expect(await streamedText(reply)).toBe('Grüezi')
    const row = await gateway.usageRow(reply.headers.get('x-request-id') ?? '')
    expect(row).toMatchObject({ prompt_tokens: 7, completion_tokens: 2 })
  })

  test('streams Claude’s own events to a Messages client', async () => {
    const reply = await post('/v1/messages', {
      model: 'anthropic.claude-sonnet-4-5-20250929-v1:0',
      max_tokens: 10,
      stream: true,
      messages: [{ role: 'user', content: 'Hi' }],
    })
    expect(dataOf(await reply.text())).toEqual(CLAUDE)
    expect(last().path).toBe(
      '/model/anthropic.claude-sonnet-4-5-20250929-v1%3A0/invoke-with-response-stream',
    )
    expect(JSON.parse(last().body)).toMatchObject({
      anthropic_version: 'bedrock-2023-05-31',
      max_tokens: 10,
    })
  })

  test('that breaks off tells a client of Responses so, never that it is complete', async () => {
    const body = { model: 'amazon.broken-v1:0', input: 'Hello', stream: true }
    const events = dataOf(await (await post('/v1/responses', body)).text())
    expect(events.at(-1)).toMatchObject({ type: 'response.failed', response: { status: 'failed' } })
    expect(events.map(({ type }) => type)).not.toContain('response.completed')
  })

  test('that finds the prompt too long says so in the words that agents act on', async () => {
    const reply = await post('/v1/responses', { model: 'amazon.small-v1:0', input: 'Hello' })
    expect(reply.status).toBe(400)
    expect(await reply.json()).toMatchObject({ error: { code: 'context_length_exceeded' } })
  })

  test('answers a client of Responses', async () => {
    const reply = await post('/v1/responses', {
      model: 'amazon.nova-lite-v1:0',
      input: 'Hello',
      stream: true,
    })
    const events = dataOf(await reply.text())
    expect(events.at(-1)).toMatchObject({
      type: 'response.completed',
      response: {
        output: [{ type: 'message', content: [{ text: 'Grüezi' }] }],
        usage: { input_tokens: 7, output_tokens: 2 },
      },
    })
    const refused = await post('/v1/responses', {
      model: 'amazon.nova-lite-v1:0',
      input: 'x',
      previous_response_id: 'resp_1',
    })
    expect(refused.status).toBe(400)
    expect(await refused.json()).toMatchObject({ error: { param: 'previous_response_id' } })
  })
})
