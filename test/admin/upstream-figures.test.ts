/** What the admin API shows of upstreams beyond their settings, of a real gateway with two of them. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { type Gateway, startGateway } from '../support/gateway.ts'
import {
  chatCompletion,
  jsonReply,
  type MockUpstream,
  startMockUpstream,
} from '../support/mock/mock-upstream.ts'
import { waitFor } from '../support/waiting.ts'
import { type ConsoleClient, signedInAdmin } from './console-client.ts'

interface Shown {
  id: number
  name: string
  in_flight: number | null
  last_error: string | null
  last_error_hint: string | null
  day: { requests: number; errors: number; attempts: number; failed_attempts: number }
}

let fails: MockUpstream
let answers: MockUpstream
let gateway: Gateway
let admin: ConsoleClient
beforeAll(async () => {
  fails = await startMockUpstream()
  answers = await startMockUpstream()
  fails.script(() => jsonReply(503, { error: { message: 'no' } }))
  answers.script(() => jsonReply(200, chatCompletion('hello')))
  gateway = await startGateway({
    upstreams: [
      { name: 'fails', provider: 'compatible', baseUrl: fails.url },
      { name: 'answers', provider: 'compatible', baseUrl: answers.url },
    ],
  })
  admin = await signedInAdmin(gateway)
})
afterAll(async () => {
  await gateway.stop()
  await fails.close()
  await answers.close()
})

async function shown(language = 'en'): Promise<Record<string, Shown>> {
  const reply = await admin.call('GET', '/upstreams', undefined, { 'accept-language': language })
  const { items } = (await reply.json()) as { items: Shown[] }
  return Object.fromEntries(items.map((item) => [item.name, item]))
}

const ask = () => gateway.chat({ model: 'm', messages: [{ role: 'user', content: 'Hi' }] })

test('attempts of the day count for the upstream that was asked, also if another one answered', async () => {
  // The gateway also asks for lists of models.
  const triedTimes = () => fails.ledger.filter(({ path }) => path.endsWith('/completions')).length
  let asked = 0
  while (triedTimes() === 0) {
    expect((await ask()).status).toBe(200)
    asked++
  }
  const tried = triedTimes()
  const upstreams = await waitFor('the records', async () => {
    const all = await shown()
    return all.answers?.day.requests === asked ? all : null
  })
  expect(upstreams.answers?.day).toMatchObject({ attempts: asked, failed_attempts: 0, errors: 0 })
  expect(upstreams.fails?.day).toMatchObject({
    requests: 0,
    errors: 0,
    attempts: tried,
    failed_attempts: tried,
  })
})

test('the last error is explained in the language of the reader', async () => {
  const english = (await shown()).fails
  expect(english?.last_error).toBe('status 503')
  expect(english?.last_error_hint).toContain('The provider had an error of its own')
  expect((await shown('zh')).fails?.last_error_hint).toContain('供应商自身出错')
  expect((await shown()).answers?.last_error_hint).toBeNull()
})

test('running requests are counted where an upstream has a limit of them', async () => {
  const { answers: upstream } = await shown()
  expect(upstream?.in_flight).toBeNull()
  const path = `/upstreams/${upstream?.id}`
  expect((await admin.call('PATCH', path, { max_in_flight: 3 })).status).toBe(200)
  expect((await shown()).answers?.in_flight).toBe(0)
  await admin.call('POST', `/upstreams/${(await shown()).fails?.id}/disable`)

  const held = Promise.withResolvers<void>()
  answers.script(async () => {
    await held.promise
    return jsonReply(200, chatCompletion('late'))
  })
  const running = [ask(), ask()]
  await waitFor('both to run', async () => ((await shown()).answers?.in_flight === 2 ? true : null))
  held.resolve()
  for (const reply of await Promise.all(running)) expect(reply.status).toBe(200)
  await waitFor('both to end', async () => ((await shown()).answers?.in_flight === 0 ? true : null))
})

test('a model that fails is named in what needs attention, with the reason and what to do', async () => {
  await admin.call('POST', '/upstreams', {
    ...{ name: 'alone', provider: 'compatible', base_url: fails.url },
    ...{ models: ['only-here'], secret: 'sk-alone-secret' },
  })
  const attention = async (language: string) => {
    const headers = { 'accept-language': language }
    const reply = await admin.call('GET', '/overview', undefined, headers)
    const { attention: all } = (await reply.json()) as {
      attention: { title: string; detail: string; fix: string; link: string }[]
    }
    return all.find(({ title }) => title.includes('only-here')) ?? null
  }
  const english = await waitFor('the finding', async () => {
    const messages = [{ role: 'user', content: 'Hi' }]
    await (await gateway.chat({ model: 'only-here', messages })).arrayBuffer()
    return attention('en')
  })
  expect(english).toMatchObject({
    title: 'alone is failing for the model only-here',
    detail: expect.stringContaining('The provider had an error of its own'),
    fix: expect.stringContaining('test the upstream'),
    link: '/upstreams?q=alone',
  })
  expect((await attention('zh'))?.title).toBe('alone 的模型 only-here 正在出错')
})
