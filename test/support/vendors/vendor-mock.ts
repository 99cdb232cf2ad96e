/** A vendor that keeps files, batches and videos in memory, and lists every call that reached it. */

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
  /** What GET answers for an id; tests may change it. */
  objects: Map<string, Record<string, unknown>>
  /** The reply to a rerank. */
  rerank: Record<string, unknown>
  stop(): Promise<void>
}

export const LISTED_MODEL = 'gpt-4o'

interface Vendor extends Pick<VendorMock, 'objects' | 'rerank'> {
  name: string
  made: number
}

/** `name` is a part of the ids of its completions, so that no two vendors give the same. */
export function startVendorMock(name = 'mock'): VendorMock {
  const calls: VendorCall[] = []
  const objects: VendorMock['objects'] = new Map()
  const vendor: Vendor = { name, objects, rerank: {}, made: 0 }
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    maxRequestBodySize: 4 * 1024 ** 3,
    async fetch(request) {
      const url = new URL(request.url)
      const { method, headers } = request
      const body = await request.text()
      const call = { method, path: url.pathname, query: url.search, headers, body }
      calls.push(call)
      return answer(vendor, call)
    },
  })
  return {
    url: `http://127.0.0.1:${server.port}`,
    calls,
    objects,
    get rerank() {
      return vendor.rerank
    },
    set rerank(reply) {
      vendor.rerank = reply
    },
    stop: () => server.stop(true),
  }
}

const PREFIXES: Readonly<Record<string, string>> = {
  files: 'file',
  batches: 'batch',
  videos: 'video',
}

function answer(vendor: Vendor, call: VendorCall): Response {
  const [, kind = '', id, rest] = call.path.split('/')
  if (rest === 'content')
    return new Response(String(vendor.objects.get(id ?? '')?.content ?? `content of ${id}`), {
      headers: { 'content-type': 'application/octet-stream' },
    })
  const prefix = PREFIXES[kind]
  if (prefix !== undefined) return objectReply(vendor, call, prefix)
  if (kind === 'models') return model(vendor, call.method, id)
  if (call.method === 'POST' && call.path === '/chat/completions')
    return completion(vendor, call.body.includes('"stream":true'))
  if (kind === 'chat') return storedCompletion(vendor, call)
  if (kind === 'responses')
    return call.method === 'POST' ? response(vendor, call.body) : found(vendor, id)
  return callReply(vendor, call.path)
}

/** Files, batches and videos: made, listed, read and deleted alike. */
function objectReply(vendor: Vendor, call: VendorCall, prefix: string): Response {
  const [, kind = '', id] = call.path.split('/')
  if (id === undefined && call.method === 'GET')
    return listed(vendor, prefix, new URLSearchParams(call.query))
  if (id === undefined && call.method === 'POST')
    return create(vendor, prefix, { object: kind, status: 'queued' })
  if (call.method !== 'DELETE') return found(vendor, id)
  vendor.objects.delete(id ?? '')
  return Response.json({ id, deleted: true })
}

/** Calls that store nothing. */
function callReply(vendor: Vendor, path: string): Response {
  switch (path) {
    case '/rerank':
      return Response.json(vendor.rerank)
    case '/images/generations':
      return Response.json({ created: 1, data: [{ url: 'http://x' }, { url: 'http://y' }] })
    case '/audio/transcriptions':
      return Response.json({ text: 'Hello', usage: { type: 'duration', seconds: 60 } })
    case '/audio/speech':
      return new Response(new Uint8Array([1, 2, 3]), { headers: { 'content-type': 'audio/mpeg' } })
    case '/realtime/calls': {
      const location = `/v1/realtime/calls/rtc_${++vendor.made}`
      return new Response('v=0\r\n', {
        status: 201,
        headers: { 'content-type': 'application/sdp', location },
      })
    }
    default:
      return Response.json({ ok: true })
  }
}

function create(vendor: Vendor, prefix: string, fields: Record<string, unknown>): Response {
  const id = `${prefix}-${++vendor.made}`
  const object = { id, created_at: vendor.made, ...fields }
  vendor.objects.set(id, object)
  return Response.json(object)
}

function found({ objects }: Vendor, id = ''): Response {
  const object = objects.get(id)
  return object === undefined
    ? Response.json({ error: { message: 'no such object', code: null } }, { status: 404 })
    : Response.json(object)
}

function listed({ objects }: Vendor, prefix: string, query: URLSearchParams): Response {
  const all = [...objects.values()].filter(({ id }) => String(id).startsWith(`${prefix}-`))
  const after = query.get('after')
  const from = after === null ? 0 : all.findIndex(({ id }) => id === after) + 1
  const data = all.slice(from, from + Number(query.get('limit') ?? 20))
  return Response.json({
    object: 'list',
    data,
    has_more: from + data.length < all.length,
    first_id: data[0]?.id,
    last_id: data.at(-1)?.id,
  })
}

/** One model is listed; others are only found by their name. */
function model(vendor: Vendor, method: string, id: string | undefined): Response {
  if (id === undefined) return Response.json({ object: 'list', data: [{ id: LISTED_MODEL }] })
  const name = decodeURIComponent(id)
  return method === 'DELETE' ? Response.json({ id: name, deleted: true }) : found(vendor, name)
}

/** Kept, as `store: true` asks; a stream is of one word. */
function completion(vendor: Vendor, stream: boolean): Response {
  const id = `chatcmpl-${vendor.name}-${++vendor.made}`
  vendor.objects.set(id, { id, object: 'chat.completion' })
  const common = { id, created: vendor.made, model: LISTED_MODEL }
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
  return eventStream(`${events.join('')}data: [DONE]\n\n`)
}

function storedCompletion(vendor: Vendor, { method, path, query }: VendorCall): Response {
  const [, , , id, rest] = path.split('/')
  if (id === undefined) return listed(vendor, 'chatcmpl', new URLSearchParams(query))
  if (rest === 'messages') return Response.json({ object: 'list', data: [{ id: `${id}-0` }] })
  if (method !== 'DELETE') return found(vendor, id)
  const isThere = vendor.objects.delete(id)
  return isThere ? Response.json({ id, deleted: true }) : found(vendor, id)
}

function response(vendor: Vendor, body: string): Response {
  const { stream = false, background = false, store = true } = JSON.parse(body)
  const id = `resp_${vendor.name}-${++vendor.made}`
  const status = background ? 'queued' : 'completed'
  const common = { id, object: 'response', status, background, store, model: LISTED_MODEL }
  const begun = { ...common, output: [] }
  const content = [{ type: 'output_text', text: 'Hello', annotations: [] }]
  const message = { type: 'message', id: `msg_${id}`, role: 'assistant', status, content }
  const object = background ? begun : { ...begun, output: [message] }
  vendor.objects.set(id, object)
  if (!stream) return Response.json(object)
  const events = [
    { type: 'response.created', response: begun },
    { type: 'response.completed', response: object },
  ].map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
  return eventStream(events.join(''))
}

const eventStream = (text: string) =>
  new Response(text, { headers: { 'content-type': 'text/event-stream' } })
