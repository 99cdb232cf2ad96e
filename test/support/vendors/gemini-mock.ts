/** Gemini's API with files, caches, batches, videos and live sessions in memory, and a ledger of every call. */

export interface GeminiCall {
  /** `POST /v1beta/cachedContents` */
  line: string
  query: URLSearchParams
  headers: Headers
  body: string
}

export interface GeminiMock {
  url: string
  calls: GeminiCall[]
  /** By their names, to be changed by a test. */
  objects: Map<string, Record<string, unknown>>
  /** What clients sent over WebSockets. */
  messages: string[]
  stop(): Promise<void>
}

export const GEMINI_SECRET = 'AIza-of-the-operator'

const CONTENT = {
  candidates: [{ content: { role: 'model', parts: [{ text: 'Hi' }] }, finishReason: 'STOP' }],
  usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 1, totalTokenCount: 4 },
}
const TURN = {
  serverContent: { turnComplete: true },
  usageMetadata: { promptTokenCount: 10, responseTokenCount: 5, totalTokenCount: 15 },
}

export function startGeminiMock(): GeminiMock {
  const calls: GeminiCall[] = []
  const messages: string[] = []
  const store = new Store()
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    async fetch(request, upgrading) {
      const { pathname, searchParams, origin } = new URL(request.url)
      if (pathname.startsWith('/ws/') && upgrading.upgrade(request)) return
      const { method, headers } = request
      const line = `${method} ${pathname}`
      const call = { line, query: searchParams, headers, body: await request.text() }
      calls.push(call)
      return store.answer(call, origin)
    },
    websocket: {
      message(socket, message) {
        const text = String(message)
        messages.push(text)
        const reply = text.includes('"setup"') ? { setupComplete: {} } : TURN
        // As Google's server does, in a binary message.
        socket.send(Buffer.from(JSON.stringify(reply)))
      },
    },
  })
  const url = `http://127.0.0.1:${server.port}`
  return { url, calls, objects: store.objects, messages, stop: () => server.stop(true) }
}

class Store {
  readonly objects: GeminiMock['objects'] = new Map()
  private made = 0

  answer({ line, query, headers }: GeminiCall, origin: string): Response {
    const [method = '', path = ''] = line.split(' ')
    const [, , collection = '', id = '', ...rest] = path.split('/')
    if (path.startsWith('/upload/'))
      return this.upload(headers.get('x-goog-upload-command'), `${origin}${path}`)
    const [model, verb] = id.split(':')
    // What clients uploaded can't be read again, as at Google.
    if (verb === 'download' && this.objects.has(`files/${model}`))
      return Response.json({ error: { code: 400, message: 'not generated' } }, { status: 400 })
    const called = verb === undefined ? null : this.called(verb, model ?? '')
    if (called !== null) return called
    if (id === '') {
      const field = collection === 'batches' ? 'operations' : collection
      if (method === 'POST') return Response.json(this.create(collection))
      return collection === 'models' ? Response.json({}) : this.list(collection, field, query)
    }
    const name = [collection, model, ...rest].join('/')
    const found = this.objects.get(name)
    if (method === 'DELETE') this.objects.delete(name)
    if (found !== undefined) return Response.json(found)
    const error = { code: 404, message: 'not here', status: 'NOT_FOUND' }
    return Response.json({ error }, { status: 404 })
  }

  private called(verb: string, model: string): Response | null {
    switch (verb) {
      case 'predict':
        return Response.json({ predictions: [{ bytesBase64Encoded: 'AA==' }] })
      case 'predictLongRunning':
        return Response.json(this.create(`models/${model}/operations`))
      case 'batchGenerateContent':
        return Response.json(this.create('batches'))
      case 'generateContent':
        return Response.json(CONTENT)
      case 'streamGenerateContent':
        return new Response(`data: ${JSON.stringify(CONTENT)}\n\n`, {
          headers: { 'content-type': 'text/event-stream' },
        })
      case 'download':
        return new Response('content', { headers: { 'content-type': 'video/mp4' } })
      default:
        return null
    }
  }

  private upload(command: string | null, address: string): Response {
    const state = command === 'upload, finalize' ? 'final' : 'active'
    const headers = new Headers({ 'x-goog-upload-status': state })
    if (command === 'start') {
      const query = `upload_id=up${++this.made}&upload_protocol=resumable&key=${GEMINI_SECRET}`
      headers.set('x-goog-upload-url', `${address}?${query}`)
    }
    if (state === 'active') return new Response('', { headers })
    const file = this.create('files')
    file.uri = `https://generativelanguage.googleapis.com/v1beta/${file.name}`
    return Response.json({ file }, { headers })
  }

  private create(prefix: string): Record<string, unknown> {
    const name = `${prefix}/id${++this.made}`
    const object = { name }
    this.objects.set(name, object)
    return object
  }

  private list(collection: string, field: string, query: URLSearchParams): Response {
    const all = [...this.objects.values()].filter(({ name }) => `${name}`.startsWith(collection))
    const from = Number(query.get('pageToken') ?? 0)
    const to = from + Number(query.get('pageSize') ?? 2)
    const more = to < all.length && { nextPageToken: String(to) }
    return Response.json({ [field]: all.slice(from, to), ...more })
  }
}
