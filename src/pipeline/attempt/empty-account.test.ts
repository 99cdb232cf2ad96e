/** Anthropic reports an empty account in words alone: what else has those words must not look like one. */
import { describe, expect, test } from 'bun:test'
import { upstreamKey } from '../../../test/support/in-process/entities.ts'
import { chat, completion, inProcess } from '../../../test/support/in-process/gateway.ts'

const SENTENCE =
  'Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing.'
const refusal = (message: string, type = 'invalid_request_error') =>
  JSON.stringify({ error: { type, message } })
const KEYS = [upstreamKey(1), upstreamKey(2)]
/** The first key first. */
const FIRST = { upstreams: KEYS, services: { random: () => 0 } }

describe("a client's own words aren't mistaken for an empty account", () => {
  test.each([
    ['repeated after words of the upstream', refusal(`Invalid prompt: '${SENTENCE}'`)],
    ['in quotation marks', refusal(`"${SENTENCE}"`)],
    ['in lower case', refusal(SENTENCE.toLowerCase())],
    ['as a line of plain text', SENTENCE],
    ['with another type of error', refusal(SENTENCE, 'validation_error')],
    [
      'of another account',
      refusal('Your credit balance is too low to access the vending machine.'),
    ],
    ['in a list of faults', JSON.stringify({ detail: [{ msg: SENTENCE, type: 'value_error' }] })],
  ])('%s', async (_, body) => {
    const gateway = await inProcess(() => ({ status: 400, body }), { upstreams: KEYS })
    for (let request = 1; request <= 10; request++) {
      const question = chat({ messages: [{ role: 'user', content: `${request}: ${SENTENCE}` }] })
      expect((await gateway.ask(question)).status).toBe(400)
      expect(gateway.transport.sent).toHaveLength(request)
    }
    for (const key of KEYS) expect(gateway.services.health.admission(key, 'm')).toBe('allow')
  })
})

test('an upstream that repeats the sentence as its own costs one more attempt, and no key its state', async () => {
  const gateway = await inProcess(
    ({ body }) =>
      String(body).includes('credit balance')
        ? { status: 400, body: refusal(SENTENCE) }
        : { body: completion('hello') },
    FIRST,
  )
  const question = chat({ messages: [{ role: 'user', content: SENTENCE }] })
  for (let request = 0; request < 20; request++) {
    expect((await gateway.ask(question)).status).toBe(400)
    expect((await gateway.ask(chat())).status).toBe(200)
  }
  for (const { id, ...key } of KEYS) {
    expect(gateway.services.health.state(id)?.status ?? 'healthy').toBe('healthy')
    expect(gateway.services.health.admission({ id, ...key }, 'm')).not.toBe('deny')
  }
})

test('an empty account is passed over while another one answers', async () => {
  const gateway = await inProcess(
    ({ headers }) =>
      JSON.stringify(headers).includes('-1')
        ? { status: 400, body: refusal(SENTENCE) }
        : { body: completion('hello') },
    FIRST,
  )
  for (let request = 0; request < 10; request++)
    expect((await gateway.ask(chat())).status).toBe(200)
  expect(gateway.transport.sent).toHaveLength(11)
})
