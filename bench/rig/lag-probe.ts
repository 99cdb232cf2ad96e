/**
 * Asks a server over one connection again and again, and says why each reply took as long as it did: its thread was
 * using the CPU, was waiting for a core, or was blocked by something else. Needs nothing of the server.
 */
import { readFileSync } from 'node:fs'

/** One question, in milliseconds. The four parts make the whole. */
export interface Lag {
  totalMs: number
  /** The server's thread was running: this question's work and that of all requests before it. */
  ownMs: number
  /** It was ready to run, and other processes had the cores. */
  queuedMs: number
  /** The same of this probe. */
  probeMs: number
  /** It slept although it was asked: on a disk or a lock, for an upstream, or it was suspended. */
  blockedMs: number
}

export interface LagProbe {
  stop(): Promise<readonly Lag[]>
}

const PAUSE_MS = 3

/** `thread` is the server's: a process's first thread has the process's id. */
export async function startLagProbe(origin: string, thread: number): Promise<LagProbe> {
  const ask = await askerOf(origin)
  const lags: Lag[] = []
  let running = true
  const probing = (async () => {
    while (running) {
      lags.push(await measured(thread, ask))
      await Bun.sleep(PAUSE_MS)
    }
  })()
  return {
    async stop() {
      running = false
      await probing
      return lags
    },
  }
}

async function measured(thread: number, ask: () => Promise<void>): Promise<Lag> {
  const [server, probe] = [scheduledMs(thread), scheduledMs(process.pid)]
  const startedMs = performance.now()
  await ask()
  const totalMs = performance.now() - startedMs
  const [serverAfter, probeAfter] = [scheduledMs(thread), scheduledMs(process.pid)]
  const left = share(totalMs)
  const ownMs = left(serverAfter.ranMs - server.ranMs)
  const queuedMs = left(serverAfter.queuedMs - server.queuedMs)
  const probeMs = left(probeAfter.ranMs - probe.ranMs + probeAfter.queuedMs - probe.queuedMs)
  return { totalMs, ownMs, queuedMs, probeMs, blockedMs: left(totalMs) }
}

/** Both processes run at once, so their times together can be more than what passed. */
function share(totalMs: number): (wantedMs: number) => number {
  let leftMs = totalMs
  return (wantedMs) => {
    const gotMs = Math.min(Math.max(0, wantedMs), leftMs)
    leftMs -= gotMs
    return gotMs
  }
}

/** As the kernel counts it for one thread. */
function scheduledMs(thread: number): { ranMs: number; queuedMs: number } {
  const [ran = 0, queued = 0] = readFileSync(`/proc/${thread}/schedstat`, 'utf8')
    .split(' ')
    .map(Number)
  return { ranMs: ran / 1e6, queuedMs: queued / 1e6 }
}

const QUESTION = 'GET /livez HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n'

/** Any reply will do, as long as it comes in one piece. */
async function askerOf(origin: string): Promise<() => Promise<void>> {
  let answered: PromiseWithResolvers<void> | null = null
  const socket = await Bun.connect({
    hostname: '127.0.0.1',
    port: Number(new URL(origin).port),
    socket: {
      data: () => answered?.resolve(),
      close: () => answered?.reject(new Error('the server closed the probe')),
    },
  })
  return () => {
    answered = Promise.withResolvers<void>()
    socket.write(QUESTION)
    return answered.promise
  }
}
