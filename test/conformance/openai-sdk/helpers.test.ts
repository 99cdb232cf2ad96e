/** The official Node client's helpers, which ask again and again or follow a stream, get the same through the gateway. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test'
import OpenAI, { toFile } from 'openai-7'
import { type Gateway, startGateway } from '../../support/gateway.ts'

/** A resource is unfinished when it is made and when it is first looked at. */
const looks = new Map<string, number>()
let made = 0
const POLL_AFTER = { headers: { 'openai-poll-after-ms': '5' } }

function progress(id: string, unfinished: string): string {
  const count = (looks.get(id) ?? 0) + 1
  looks.set(id, count)
  return count > 1 ? 'completed' : unfinished
}

function processing(id: string): string {
  return progress(id, 'pending') === 'completed' ? 'processed' : 'pending'
}

const run = (id: string, status: string) => ({
  ...{ id, object: 'thread.run', thread_id: 'thread_1', assistant_id: 'asst_1', status },
  usage:
    status === 'completed' ? { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 } : null,
})
const message = {
  ...{ id: 'msg_1', object: 'thread.message', thread_id: 'thread_1', role: 'assistant' },
  content: [{ type: 'text', text: { value: 'Hi', annotations: [] } }],
}
const RUN_EVENTS = [
  ['thread.run.created', run('run_s', 'queued')],
  ['thread.message.created', { ...message, content: [] }],
  [
    'thread.message.delta',
    {
      ...{ id: 'msg_1', object: 'thread.message.delta' },
      delta: { content: [{ index: 0, type: 'text', text: { value: 'Hi', annotations: [] } }] },
    },
  ],
  ['thread.message.completed', message],
  ['thread.run.completed', run('run_s', 'completed')],
] as const
const sse = (events: readonly (readonly [string, object])[]) =>
  new Response(
    `${events.map(([name, data]) => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`).join('')}event: done\ndata: [DONE]\n\n`,
    { headers: { 'content-type': 'text/event-stream' } },
  )

type Answer = (id: string, body: string) => Response
const json = (value: object) => Response.json(value, POLL_AFTER)
const ROUTES: [RegExp, Answer][] = [
  [/^POST \/files$/, () => json({ id: `file-${++made}`, object: 'file', status: 'uploaded' })],
  [/^GET \/files\/([\w-]+)$/, (id) => json({ id, object: 'file', status: processing(id) })],
  [/^POST \/vector_stores$/, () => json({ id: `vs_${++made}`, object: 'vector_store' })],
  [
    /^POST \/vector_stores\/\w+\/files$/,
    (_, body) => json({ id: JSON.parse(body).file_id, status: 'in_progress' }),
  ],
  [
    /^GET \/vector_stores\/\w+\/files\/([\w-]+)$/,
    (id) => json({ id, status: progress(id, 'in_progress') }),
  ],
  [
    /^POST \/vector_stores\/\w+\/file_batches$/,
    () => json({ id: `vsfb_${++made}`, status: 'in_progress' }),
  ],
  [
    /^GET \/vector_stores\/\w+\/file_batches\/(\w+)$/,
    (id) => json({ id, status: progress(id, 'in_progress') }),
  ],
  [/^POST \/threads$/, () => json({ id: 'thread_1', object: 'thread' })],
  [
    /^POST \/threads(?:\/\w+)?\/runs$/,
    (_, body) => (JSON.parse(body).stream ? sse(RUN_EVENTS) : json(run(`run_${++made}`, 'queued'))),
  ],
  [
    /^POST \/threads\/\w+\/runs\/(\w+)\/submit_tool_outputs$/,
    (id, body) => (JSON.parse(body).stream ? sse(RUN_EVENTS) : json(run(id, 'queued'))),
  ],
  [/^GET \/threads\/\w+\/runs\/(\w+)$/, (id) => json(run(id, progress(id, 'in_progress')))],
  [/^POST \/agents\/sessions$/, () => json({ id: 'asess_1', object: 'agent.session' })],
  [
    /^GET \/agents\/sessions\/(\w+)\/events$/,
    () => sse([['session.started', { type: 'session.started', id: 'evt_1' }]]),
  ],
]

const asked: string[] = []
const vendor = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  async fetch(request) {
    const { pathname } = new URL(request.url)
    const line = `${request.method} ${pathname}`
    asked.push(line.replace(/\d+/g, 'N'))
    const body = await request.text()
    for (const [pattern, answer] of ROUTES) {
      const found = pattern.exec(line)
      if (found !== null) return answer(found[1] ?? '', body)
    }
    return Response.json({ error: { message: `no ${line}` } }, { status: 404 })
  },
})

let gateway: Gateway
let through: OpenAI
const direct = new OpenAI({
  apiKey: 'direct',
  baseURL: `http://127.0.0.1:${vendor.port}`,
  maxRetries: 0,
})
beforeAll(async () => {
  const baseUrl = `http://127.0.0.1:${vendor.port}`
  gateway = await startGateway({ upstreams: [{ provider: 'openai', baseUrl }] })
  through = new OpenAI({ apiKey: gateway.proxyKey, baseURL: gateway.baseUrl, maxRetries: 0 })
})
afterAll(async () => {
  await gateway.stop()
  await vendor.stop(true)
})
beforeEach(() => {
  asked.length = 0
})

const file = () => toFile(Buffer.from('example'), 'example.txt')
const assistant = { assistant_id: 'asst_1' }
const tools = { thread_id: 'thread_1', tool_outputs: [] }
async function storeOf(client: OpenAI): Promise<string> {
  return (await client.vectorStores.create({})).id
}
async function gathered(events: AsyncIterable<{ event?: string; type?: string }>) {
  const names: unknown[] = []
  for await (const one of events) names.push(one.event ?? one.type)
  return names
}

const HELPERS: [string, (client: OpenAI) => Promise<unknown>][] = [
  [
    'files.waitForProcessing',
    async (client) => {
      const { id } = await client.files.create({ file: await file(), purpose: 'assistants' })
      return client.files.waitForProcessing(id, { pollInterval: 5 })
    },
  ],
  [
    'vectorStores.files.createAndPoll',
    async (client) => {
      const { id } = await client.files.create({ file: await file(), purpose: 'assistants' })
      return client.vectorStores.files.createAndPoll(await storeOf(client), { file_id: id })
    },
  ],
  [
    'vectorStores.files.uploadAndPoll',
    async (client) => client.vectorStores.files.uploadAndPoll(await storeOf(client), await file()),
  ],
  [
    'vectorStores.fileBatches.createAndPoll',
    async (client) => {
      const { id } = await client.files.create({ file: await file(), purpose: 'assistants' })
      const store = await storeOf(client)
      return client.vectorStores.fileBatches.createAndPoll(store, { file_ids: [id] })
    },
  ],
  [
    'vectorStores.fileBatches.uploadAndPoll',
    async (client) =>
      client.vectorStores.fileBatches.uploadAndPoll(await storeOf(client), {
        files: [await file(), await file()],
      }),
  ],
  ['beta.threads.createAndRunPoll', (client) => client.beta.threads.createAndRunPoll(assistant)],
  [
    'beta.threads.runs.createAndPoll',
    async (client) => {
      const { id } = await client.beta.threads.create()
      return client.beta.threads.runs.createAndPoll(id, assistant)
    },
  ],
  [
    'beta.threads.runs.submitToolOutputsAndPoll',
    (client) => client.beta.threads.runs.submitToolOutputsAndPoll('run_9', tools),
  ],
  [
    'beta.threads.createAndRunStream',
    (client) => client.beta.threads.createAndRunStream(assistant).finalMessages(),
  ],
  [
    'beta.threads.runs.stream',
    (client) => gathered(client.beta.threads.runs.stream('thread_1', assistant)),
  ],
  [
    'beta.threads.runs.submitToolOutputsStream',
    (client) => client.beta.threads.runs.submitToolOutputsStream('run_8', tools).finalRun(),
  ],
  [
    'beta.agents.sessions.events.stream',
    async (client) =>
      gathered((await client.beta.agents.sessions.events.stream('asess_1')) as never),
  ],
]

test.each(HELPERS)(
  '%s',
  async (_, call) => {
    const expected = await call(direct)
    const lines = asked.splice(0)
    looks.clear()
    const proxied = await call(through)
    const plain = (value: unknown) =>
      JSON.stringify(value).replace(/(file-|vsfb_|vs_|run_)\d+/g, '$1N')
    expect(plain(proxied)).toBe(plain(expected))
    expect(asked.filter((line) => line !== 'GET /models')).toEqual(lines)
  },
  20_000,
)

test('how long to wait until the next look is what the vendor says', async () => {
  const { id } = await through.vectorStores.create({})
  const reply = await through.vectorStores.fileBatches.create(id, { file_ids: ['f'] }).asResponse()
  expect(reply.headers.get('openai-poll-after-ms')).toBe('5')
})
