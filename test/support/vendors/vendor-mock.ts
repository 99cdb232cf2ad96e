/** A vendor that keeps files, batches and videos in memory, with a ledger of every call: the independent witness. */

export interface VendorCall {
  method: string
  path: string
  query: string
  headers: Headers
  body: string
}

export interface VendorMock {
  url: string
  calls: VendorCall[]
  /** What an id answers to GET, to be changed by a test. */
  objects: Map<string, Record<string, unknown>>
  /** The next replies to a rerank. */
  rerank: Record<string, unknown>
  stop(): Promise<void>
}

export const LISTED_MODEL = 'gpt-4o'

type Answer = Response | Promise<Response>

/** `name` is a part of the ids of its completions, so that no two vendors give the same. */
export function startVendorMock(name = 'mock'): VendorMock {
  const calls: VendorCall[] = []
  const objects = new Map<string, Record<string, unknown>>()
  let made = 0

  const create = (prefix: string, fields: Record<string, unknown>): Response => {
    const id = `${prefix}-${++made}`
    const object = { id, created_at: made, ...fields }
    objects.set(id, object)
    return Response.json(object)
  }
  /** Kept, as `store: true` asks; a stream is of one word. */
  const completion = (stream: boolean): Response => {
    const id = `chatcmpl-${name}-${++made}`
    objects.set(id, { id, object: 'chat.completion' })
    const common = { id, created: made, model: LISTED_MODEL }
    if (!stream) {
      const message = { role: 'assistant', content: 'Hello' }
      const choices = [{ index: 0, message, finish_reason: 'stop' }]
      return Response.json({ ...common, object: 'chat.completion', choices })
    }
    const choices = [{ index: 0, delta: { content: 'Hello' }, finish_reason: 'stop' }]
    const chunk = { ...common, object: 'chat.completion.chunk', choices }
    // Azure's first event, which has no id yet.
    const prompt = { ...chunk, id: '', choices: [] }
    const events = [prompt, chunk].map((data) => `data: ${JSON.stringify(data)}\n\n`)
    return new Response(`${events.join('')}data: [DONE]\n\n`, {
      headers: { 'content-type': 'text/event-stream' },
    })
  }
  const response = (body: string): Response => {
    const { stream = false, background = false, store = true } = JSON.parse(body)
    const id = `resp_${name}-${++made}`
    const status = background ? 'queued' : 'completed'
    const begun = {
      id,
      object: 'response',
      status,
      background,
      store,
      model: LISTED_MODEL,
      output: [],
    }
    const content = [{ type: 'output_text', text: 'Hello', annotations: [] }]
    const message = { type: 'message', id: `msg_${id}`, role: 'assistant', status, content }
    const object = background ? begun : { ...begun, output: [message] }
    objects.set(id, object)
    if (!stream) return Response.json(object)
    const events = [
      { type: 'response.created', response: begun },
      { type: 'response.completed', response: object },
    ].map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
    return new Response(events.join(''), { headers: { 'content-type': 'text/event-stream' } })
  }
  const storedCompletion = ({ method, path, query }: VendorCall): Response => {
    const [, , , id, rest] = path.split('/')
    if (id === undefined) return listed('chatcmpl', new URLSearchParams(query))
    if (rest === 'messages') return Response.json({ object: 'list', data: [{ id: `${id}-0` }] })
    if (method !== 'DELETE') return found(id)
    const isThere = objects.delete(id)
    return isThere ? Response.json({ id, deleted: true }) : found(id)
  }
  const listed = (prefix: string, query: URLSearchParams): Response => {
    const all = [...objects.values()].filter(({ id }) => String(id).startsWith(`${prefix}-`))
    const after = query.get('after')
    const from = after === null ? 0 : all.findIndex(({ id }) => id === after) + 1
    const data = all.slice(from, from + Number(query.get('limit') ?? 20))
    const has_more = from + data.length < all.length
    return Response.json({
      object: 'list',
      data,
      has_more,
      first_id: data[0]?.id,
      last_id: data.at(-1)?.id,
    })
  }
  const found = (id: string): Response => {
    const object = objects.get(id)
    return object === undefined
      ? Response.json({ error: { message: 'no such object', code: null } }, { status: 404 })
      : Response.json(object)
  }

  /** One model is listed; others are only found by their name. */
  const model = (method: string, id: string | undefined): Response => {
    if (id === undefined) return Response.json({ object: 'list', data: [{ id: LISTED_MODEL }] })
    const name = decodeURIComponent(id)
    return method === 'DELETE' ? Response.json({ id: name, deleted: true }) : found(name)
  }

  const answer = (call: VendorCall): Answer => {
    const [, kind = '', id, rest] = call.path.split('/')
    const prefix = { files: 'file', batches: 'batch', videos: 'video' }[kind]
    if (prefix !== undefined && call.method === 'GET' && id === undefined)
      return listed(prefix, new URLSearchParams(call.query))
    if (prefix !== undefined && call.method === 'POST' && id === undefined)
      return create(prefix, { object: kind, status: 'queued' })
    if (rest === 'content')
      return new Response(String(objects.get(id ?? '')?.content ?? `content of ${id}`), {
        headers: { 'content-type': 'application/octet-stream' },
      })
    if (prefix !== undefined && call.method === 'DELETE') {
      objects.delete(id ?? '')
      return Response.json({ id, deleted: true })
    }
    if (prefix !== undefined) return found(id ?? '')
    if (kind === 'models') return model(call.method, id)
    if (call.method === 'POST' && call.path === '/chat/completions')
      return completion(call.body.includes('"stream":true'))
    if (kind === 'chat') return storedCompletion(call)
    if (kind === 'responses') return call.method === 'POST' ? response(call.body) : found(id ?? '')
    if (call.path === '/rerank') return Response.json(mock.rerank)
    if (call.path === '/images/generations')
      return Response.json({ created: 1, data: [{ url: 'http://x' }, { url: 'http://y' }] })
    if (call.path === '/audio/transcriptions')
      return Response.json({ text: 'Hello', usage: { type: 'duration', seconds: 60 } })
    if (call.path === '/realtime/calls') {
      const location = `/v1/realtime/calls/rtc_${++made}`
      return new Response('v=0\r\n', {
        status: 201,
        headers: { 'content-type': 'application/sdp', location },
      })
    }
    if (call.path === '/audio/speech')
      return new Response(new Uint8Array([1, 2, 3]), { headers: { 'content-type': 'audio/mpeg' } })
    return Response.json({ ok: true })
  }

  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    maxRequestBodySize: 4 * 1024 ** 3,
    async fetch(request) {
      const url = new URL(request.url)
      const { method, headers } = request
      const call = {
        method,
        path: url.pathname,
        query: url.search,
        headers,
        body: await request.text(),
      }
      calls.push(call)
      return answer(call)
    },
  })
  const mock: VendorMock = {
    url: `http://127.0.0.1:${server.port}`,
    calls,
    objects,
    rerank: {},
    stop: () => server.stop(true),
  }
  return mock
}
