/**
 * What requests made to cost much do to everybody else: `npx bun bench/attacks.ts [TREE]`. Prints the memory
 * that the process took on top, and the longest time without a response. TREE is another checkout, to compare.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const TREE = resolve(process.argv[2] ?? '.')
const MIB = 2 ** 20
const WATCH_EVERY_MS = 20
const READY_TRIES = 200

interface Target {
  pid: number
  port: number
  key: string
}

async function start(folder: string, upstreamUrl: string): Promise<Target> {
  const free = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } })
  const { port } = free
  free.stop(true)
  const env = {
    ...process.env,
    DATA_DIR: folder,
    PORT: String(port),
    LOG_LEVEL: 'warn',
    MAX_BODY_BYTES: String(100 * MIB),
  }
  const serving = Bun.spawn(['bin/gpt-proxy', 'serve'], {
    cwd: TREE,
    env,
    stdout: 'ignore',
    stderr: 'inherit',
  })
  const secrets = await until(() => Bun.file(join(folder, 'first-start.env')).text())
  const read = (name: string) => new RegExp(`${name}=['"]?([^'"\\s]+)`).exec(secrets)?.[1] ?? ''
  const added = Bun.spawn(
    [
      'bin/gpt-proxy',
      'upstream',
      'add',
      'u',
      '--provider',
      'compatible',
      '--base-url',
      upstreamUrl,
    ],
    {
      cwd: TREE,
      env: { ...env, GPT_PROXY_UPSTREAM_KEY: 'sk-attacks-0123456789' },
      stdout: 'ignore',
    },
  )
  await added.exited
  const target = { pid: serving.pid, port, key: read('PROXY_KEY') }
  await until(async () => {
    const response = await fetch(`http://127.0.0.1:${port}/v1/models`, {
      headers: { authorization: `Bearer ${target.key}` },
    })
    return response.ok ? true : Promise.reject(new Error('not ready'))
  })
  return target
}

async function until<T>(what: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await what()
    } catch (error) {
      if (tries > READY_TRIES) throw error
      await Bun.sleep(50)
    }
  }
}

const rss = (pid: number) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024

interface Seen {
  /** MiB above what it had before. */
  memory: number
  /** The longest that another client waited. */
  stallMs: number
  tookMs: number
  outcome: string
}

/** Looks at the process and asks it for its health, as another client, while the attack goes on. */
async function during({ pid, port }: Target, attack: () => Promise<string>): Promise<Seen> {
  const before = rss(pid)
  let [peak, stallMs, over] = [before, 0, false]
  const sampling = setInterval(() => {
    peak = Math.max(peak, rss(pid))
  }, WATCH_EVERY_MS)
  const watching = (async () => {
    while (!over) {
      const askedMs = performance.now()
      await fetch(`http://127.0.0.1:${port}/livez`).catch(() => {})
      stallMs = Math.max(stallMs, performance.now() - askedMs)
      await Bun.sleep(WATCH_EVERY_MS)
    }
  })()
  const beganMs = performance.now()
  const outcome = await attack()
  const tookMs = performance.now() - beganMs
  over = true
  await watching
  clearInterval(sampling)
  return { memory: peak - before, stallMs, tookMs, outcome }
}

const CHAT = { path: '/v1/chat/completions', type: 'application/json' }

function raw(
  { port, key }: Target,
  headers: string,
  body: Iterable<Buffer>,
  { path, type } = CHAT,
): Promise<string> {
  return new Promise((done) => {
    const socket = connect(port, '127.0.0.1')
    let got = ''
    const end = () => {
      socket.destroy()
      done(got.split('\r\n')[0] ?? '')
    }
    socket.on('data', (bytes) => {
      got += bytes.toString('latin1')
      end()
    })
    socket.on('error', end)
    socket.on('close', end)
    socket.write(
      `POST ${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${key}\r\ncontent-type: ${type}\r\n${headers}\r\n\r\n`,
    )
    const parts = body[Symbol.iterator]()
    const send = () => {
      for (let next = parts.next(); !next.done; next = parts.next())
        if (!socket.write(next.value)) return void socket.once('drain', send)
    }
    send()
  })
}

const whole = (target: Target, text: string) =>
  raw(target, `content-length: ${text.length}`, [Buffer.from(text)])

/** As the form of a file; a gateway without that route refuses it at once. */
function upload(target: Target, mib: number): Promise<string> {
  const head = '--b\r\ncontent-disposition: form-data; name="file"; filename="x"\r\n\r\n'
  const size = head.length + mib * MIB + '\r\n--b--\r\n'.length
  const block = Buffer.alloc(MIB)
  function* body(): Generator<Buffer> {
    yield Buffer.from(head)
    for (let sent = 0; sent < mib; sent++) yield block
    yield Buffer.from('\r\n--b--\r\n')
  }
  return raw(target, `content-length: ${size}`, body(), {
    path: '/v1/files',
    type: 'multipart/form-data; boundary=b',
  })
}

function* tinyChunks(text: string): Generator<Buffer> {
  const step = 4096
  for (let at = 0; at < text.length; at += step) {
    const piece = [...text.slice(at, at + step)].map((char) => `1\r\n${char}\r\n`).join('')
    yield Buffer.from(piece)
  }
  yield Buffer.from('0\r\n\r\n')
}

const said = (content: string) =>
  `{"model":"m","messages":[{"role":"user","content":"${content}"}]}`
const ATTACKS: Record<string, (target: Target) => Promise<string>> = {
  '10 MiB of empty lists': (target) =>
    whole(target, `{"model":"m","x":[${'[],'.repeat((10 * MIB) / 3)}1]}`),
  '60 MiB of empty lists': (target) =>
    whole(target, `{"model":"m","x":[${'[],'.repeat((60 * MIB) / 3)}1]}`),
  '60 MiB of blanks': (target) => whole(target, `{"model":"m"${' '.repeat(60 * MIB)}}`),
  '60 MiB of text': (target) => whole(target, said('x'.repeat(60 * MIB))),
  '60 MiB of escaped line breaks': (target) => whole(target, said('\\n'.repeat(30 * MIB))),
  '400,000 different names': (target) =>
    whole(
      target,
      `{"model":"m","x":{${Array.from({ length: 400_000 }, (_, at) => `"k${at}":1`).join(',')}}}`,
    ),
  '8 MiB in chunks of one byte': (target) =>
    raw(target, 'transfer-encoding: chunked', tinyChunks(said('x'.repeat(8 * MIB)))),
  'an upload of 1 GiB': (target) => upload(target, 1024),
  'a stream of 8 MiB in chunks of one byte': async ({ port, key }) => {
    const response = await fetch(`http://127.0.0.1:${port}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ ...JSON.parse(said('hi')), stream: true }),
    })
    return `${response.status}, ${(await response.text()).length} bytes`
  },
}

interface Talk {
  got: string
  left: number
  body: number
  rest: Buffer | null
}

/** A stream in chunks of one byte, or an answer. */
function upstream() {
  const event = `data: {"id":"1","choices":[{"index":0,"delta":{"content":"${'y'.repeat(1000)}"}}]}\n\n`
  const stream = Buffer.from([...event].map((char) => `1\r\n${char}\r\n`).join(''))
  const answer = JSON.stringify({
    id: '1',
    object: 'chat.completion',
    choices: [{ index: 0, message: { role: 'assistant', content: 'x' }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
  })
  return Bun.listen<Talk>({
    hostname: '127.0.0.1',
    port: 0,
    socket: {
      open(socket) {
        socket.data = { got: '', left: 0, body: -1, rest: null }
      },
      data(socket, bytes) {
        const { data } = socket
        if (data.body < 0) {
          data.got += bytes.toString('latin1')
          const end = data.got.indexOf('\r\n\r\n')
          if (end < 0) return
          const length = Number(/content-length: (\d+)/i.exec(data.got)?.[1] ?? 0)
          data.body = length - (data.got.length - end - 4)
        } else data.body -= bytes.length
        if (data.body > 0) return
        data.body = -1
        const streams = data.got.includes('"stream":true')
        const isList = data.got.startsWith('GET')
        data.got = ''
        if (isList)
          return void socket.write(
            'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 27\r\n\r\n{"object":"list","data":[]}',
          )
        if (!streams)
          return void socket.write(
            `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${answer.length}\r\n\r\n${answer}`,
          )
        data.left = Math.ceil((8 * MIB) / event.length)
        socket.write(
          'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n',
        )
        pour(socket)
      },
      drain(socket) {
        if (socket.data.left > 0 || socket.data.rest !== null) pour(socket)
      },
    },
  })
  function pour(socket: Bun.Socket<Talk>): void {
    const { data } = socket
    for (;;) {
      const bytes = data.rest ?? (data.left-- > 0 ? stream : null)
      if (bytes === null) break
      const written = Math.max(0, socket.write(bytes))
      data.rest = written < bytes.length ? bytes.subarray(written) : null
      if (data.rest !== null) return
    }
    data.left = 0
    socket.end()
  }
}

const vendor = upstream()
const folder = mkdtempSync(join(tmpdir(), 'gpt-proxy-attacks-'))
const target = await start(folder, `http://127.0.0.1:${vendor.port}/v1`)
console.log(`${TREE}\n${'attack'.padEnd(42)}memory  no answer for  in all`)
for (const [name, attack] of Object.entries(ATTACKS)) {
  const { memory, stallMs, tookMs, outcome } = await during(target, () => attack(target))
  console.log(
    `${name.padEnd(42)}${memory.toFixed(0).padStart(4)} MiB ${stallMs.toFixed(0).padStart(10)} ms ${tookMs.toFixed(0).padStart(8)} ms  ${outcome}`,
  )
}
process.kill(target.pid, 'SIGKILL')
vendor.stop(true)
rmSync(folder, { recursive: true, force: true })
process.exit(0)
