/** JSON made to mislead or to exhaust: refused, or harmless. */
import { afterAll, describe, expect, test } from 'bun:test'
import { since, startRig } from '../rig.ts'

const rig = await startRig({ models: { plain: 1 } })
afterAll(() => rig.close(), 20_000)
const { gateway, mock } = rig
const post = (body: string) => gateway.chat({}, { body })

function nested(depth: number): string {
  return `{"model":"plain","messages":[],"deep":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`
}

test('64 levels are accepted and 65 are refused', async () => {
  expect((await post(nested(64))).status).toBe(200)
  const from = mock.ledger.length
  const refused = await post(nested(65))
  expect(refused.status).toBe(400)
  expect(await refused.json()).toMatchObject({ error: { code: 'invalid_request' } })
  expect(since(mock, from)).toHaveLength(0)
})

test.each(['[', '{"a":', '[{"a":'])(
  'a million levels of %s are refused in no time',
  async (opening) => {
    const startedMs = performance.now()
    const response = await post(`{"model":"plain","deep":${opening.repeat(1_000_000)}`)
    expect(response.status).toBe(400)
    expect(performance.now() - startedMs).toBeLessThan(1_000)
  },
)

describe('a field that decides, standing twice', () => {
  const FIELDS: [string, string, string][] = [
    ['model', '"plain"', '"other"'],
    ['stream', 'false', 'true'],
    ['n', '1', '2'],
    ['best_of', '1', '2'],
    ['max_tokens', '1', '100000'],
    ['max_completion_tokens', '1', '100000'],
    ['stream_options', '{}', '{"include_usage":false}'],
    ['messages', '[]', '[]'],
    ['tools', '[]', '[{"type":"function"}]'],
    ['response_format', '{"type":"text"}', '{"type":"json_object"}'],
    ['prediction', 'null', '{"type":"content","content":"long"}'],
  ]

  test.each(FIELDS)('%s is refused', async (field, one, other) => {
    for (const [first, second] of [
      [one, other],
      [other, one],
      [one, one],
    ]) {
      for (const name of [
        `"${field}"`,
        `"\\u00${field.charCodeAt(0).toString(16)}${field.slice(1)}"`,
      ]) {
        const from = mock.ledger.length
        const rest = ['model', 'messages']
          .filter((key) => key !== field)
          .map((key) => (key === 'model' ? '"model":"plain",' : '"messages":[],'))
        const response = await post(`{${rest.join('')}"${field}":${first},${name}:${second}}`)
        expect(response.status).toBe(400)
        expect(await response.json()).toMatchObject({ error: { param: field } })
        expect(since(mock, from)).toHaveLength(0)
      }
    }
  })

  test.each([
    ['completions', 'prompt'],
    ['embeddings', 'input'],
  ])('in %s, %s is refused', async (endpoint, field) => {
    const from = mock.ledger.length
    const response = await fetch(`${gateway.baseUrl}/${endpoint}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${gateway.proxyKey}` },
      body: `{"model":"plain","${field}":"a","${field}":"a much longer one"}`,
    })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: { param: field } })
    expect(since(mock, from)).toHaveLength(0)
  })

  test('inside a message is not checked', async () => {
    expect((await post('{"model":"plain","messages":[{"model":"a","model":"b"}]}')).status).toBe(
      200,
    )
  })
})

test.each(['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty'])(
  'the member %s is harmless',
  async (name) => {
    const from = mock.ledger.length
    const body = `{"model":"plain","messages":[],"${name}":{"stream":true,"isAdmin":true,"model":"other"}}`
    expect((await post(body)).status).toBe(200)
    expect(since(mock, from)[0]?.body).toBe(body)
    const unpolluted = await post('{"model":"plain","messages":[]}')
    expect(unpolluted.headers.get('content-type')).toContain('application/json')
    const metrics = await fetch(`${gateway.origin}/metrics`, {
      headers: { authorization: `Bearer ${gateway.proxyKey}` },
    })
    expect(metrics.status).toBe(403)
  },
)

test.each(['__proto__', 'constructor', 'toString'])(
  'a model called %s is not found',
  async (model) => {
    expect((await post(`{"model":"${model}","messages":[]}`)).status).toBe(404)
  },
)

test('keys made to collide in a hash table are read in time', async () => {
  const members = Array.from({ length: 9_000 }, (_, index) => `"${index * 4_294_967_296}":0`).join(
    ',',
  )
  const startedMs = performance.now()
  expect((await post(`{"model":"plain","messages":[],${members}}`)).status).toBe(200)
  expect(performance.now() - startedMs).toBeLessThan(3_000)
})

const BEYOND_ALL_MODELS = ['1e308', '1e999', '9007199254740993', '1000000000000']
test.each(['max_tokens', 'max_completion_tokens'])(
  '%s beyond what any model generates is refused',
  async (field) => {
    for (const value of BEYOND_ALL_MODELS) {
      const response = await post(`{"model":"plain","messages":[],"${field}":${value}}`)
      expect([field, value, response.status]).toEqual([field, value, 400])
      expect(await response.json()).toMatchObject({ error: { param: field } })
    }
  },
)

const ODD_NUMBERS = ['-1', '0', '1.5', '"5"', 'true', '[]', '{}', 'null']
test.each(['max_tokens', 'max_completion_tokens', 'n', 'best_of'])(
  '%s that only an upstream can judge is passed on to it',
  async (field) => {
    for (const value of ODD_NUMBERS) {
      const response = await post(`{"model":"plain","messages":[],"${field}":${value}}`)
      expect([field, value, response.status]).toEqual([field, value, 200])
    }
  },
)

test.each([
  '',
  'null',
  '[]',
  '"text"',
  '7',
  '{',
  '{}',
  '{"model":5}',
  '{"model":""}',
  '{"model":"plain",}',
  "{'model':'plain'}",
  '{"model":"plain"} x',
  '{"model":"plain","stream":"true"}',
  '{"model":"plain","stream":1}',
  '\uFEFF',
  'NaN',
])('the body %j is refused', async (body) => {
  const from = mock.ledger.length
  const response = await post(body)
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({ error: { type: 'invalid_request_error' } })
  expect(since(mock, from)).toHaveLength(0)
})
