/** One connection to Redis at a time: lost at the first miss, and looked for again until it is there. */
import { CORRECT, PREFIX, PROBE, TAKE } from './scripts.ts'

export interface RedisConnection {
  /** False from the first failure until Redis took a write again. */
  readonly standing: boolean
  /** Rejects where Redis did not answer in time, or not as asked; then it is lost. */
  run(script: 'take' | 'correct', args: string[]): Promise<unknown>
  /** Resolves after the first try, whatever came of it. */
  triedOnce: Promise<void>
  close(): void
}

interface Parts {
  url: string
  deadlineMs: number
  onChange(standing: boolean, why: string): void
}

const LOOK_EVERY_MS = 500
/** A connection is made and a write done within this. */
const JOIN_MS = 450
const SOURCES = { take: TAKE, correct: CORRECT }
const SHA = { take: sha1(TAKE), correct: sha1(CORRECT) }

export function connectRedis({ url, deadlineMs, onChange }: Parts): RedisConnection {
  let client: Bun.RedisClient | null = null
  let closed = false
  let joining = false

  const lost = (from: Bun.RedisClient, why: string): void => {
    if (client !== from) return
    client = null
    from.close()
    onChange(false, why)
  }
  const join = async (): Promise<void> => {
    if (joining || closed || client !== null) return
    joining = true
    const made = new Bun.RedisClient(url, {
      autoReconnect: false,
      enableOfflineQueue: false,
      connectionTimeout: JOIN_MS,
    })
    try {
      await within(JOIN_MS, joined(made))
      if (closed) return made.close()
      made.onclose = (error) => lost(made, error.message)
      client = made
      onChange(true, 'Redis takes writes')
    } catch (error) {
      made.close()
      onChange(false, meaning(error))
    } finally {
      joining = false
    }
  }
  const triedOnce = join()
  const looking = setInterval(() => void join(), LOOK_EVERY_MS)
  looking.unref()

  return {
    get standing() {
      return client !== null
    },
    async run(script, args) {
      const at = client
      if (at === null) throw new Error('Redis is lost')
      try {
        return await within(deadlineMs, runScript(at, script, args))
      } catch (error) {
        lost(at, meaning(error))
        throw error
      }
    },
    triedOnce,
    close() {
      closed = true
      clearInterval(looking)
      client?.close()
      client = null
    },
  }
}

async function joined(client: Bun.RedisClient): Promise<void> {
  await client.connect()
  await client.send('EVAL', [PROBE, '1', `${PREFIX}probe`])
  for (const source of Object.values(SOURCES)) await client.send('SCRIPT', ['LOAD', source])
}

/** A Redis that was flushed or restarted has forgotten the script; sent whole, it is kept again. */
async function runScript(
  client: Bun.RedisClient,
  script: keyof typeof SOURCES,
  args: string[],
): Promise<unknown> {
  try {
    return await client.send('EVALSHA', [SHA[script], ...args])
  } catch (error) {
    if (!/^NOSCRIPT/.test((error as Error).message)) throw error
    return client.send('EVAL', [SOURCES[script], ...args])
  }
}

/** A process that stood still is not to blame Redis: what has come meanwhile is read first. */
function within<T>(ms: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = () => reject(new Error(`Redis did not answer within ${ms} ms`))
    const timer = setTimeout(() => setImmediate(() => setImmediate(late)), ms)
    work.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

/** Redis's own words begin with a code; whatever else an error may say, no address or password is in it. */
function meaning(error: unknown): string {
  const { message = '', code = '' } = error as { message?: string; code?: string }
  if (code === 'ERR_REDIS_SERVER_ERROR') return /^[A-Z]+/.exec(message)?.[0] ?? 'an error'
  return message.startsWith('Redis did not answer') ? message : 'no connection'
}

function sha1(text: string): string {
  return new Bun.CryptoHasher('sha1').update(text).digest('hex')
}
