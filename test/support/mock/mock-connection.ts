/** One connection of the mock upstream: reads requests, plays their scripts in order, and notes who closed. */
import type { Socket } from 'node:net'
import { pause } from '../waiting.ts'
import type { Exchange, IdleEnd, Script, Step } from './mock-upstream.ts'
import { createRequestReader, type ReadRequest } from './request-reader.ts'

export interface MockConnection {
  reset(): void
  write(bytes: string | Uint8Array): void
  /** What has arrived but is no whole request. */
  rest(): string
}

export function openConnection(
  socket: Socket,
  number: number,
  ledger: Exchange[],
  script: Script,
  idle?: IdleEnd,
): MockConnection {
  const reader = createRequestReader()
  const gone = Promise.withResolvers<'gone'>()
  let left = false
  let endedByUs = false
  let latest: Exchange | null = null
  let turn: Promise<void> = Promise.resolve()
  let idleTimer: ReturnType<typeof setTimeout> | undefined

  const peerLeft = () => {
    if (left || endedByUs) return
    left = true
    if (latest !== null) latest.closedByPeerAtMs = performance.now()
    gone.resolve('gone')
    clearTimeout(idleTimer)
    socket.destroy()
  }
  socket.on('data', (bytes: Buffer) => {
    clearTimeout(idleTimer)
    for (const request of reader.push(bytes)) {
      const exchange = enter(request, number, ledger)
      latest = exchange
      turn = turn.then(() => play(exchange))
    }
  })
  socket.on('end', peerLeft)
  socket.on('error', peerLeft)
  socket.on('close', peerLeft)

  const play = async (exchange: Exchange): Promise<void> => {
    const steps = await script(exchange)
    for (const step of steps) {
      if (left || endedByUs) break
      await Promise.race([take(step, exchange), gone.promise])
    }
    if (exchange.outcome !== 'open') return
    exchange.outcome = left ? 'aborted' : 'served'
    if (left) return
    if (exchange.headers.connection?.toLowerCase() === 'close') finish()
    else if (idle) idleTimer = setTimeout(idle.how === 'fin' ? finish : reset, idle.afterMs)
  }

  const take = (step: Step, exchange: Exchange): Promise<unknown> | undefined => {
    if (step === 'stall') return gone.promise
    if (step === 'fin' || step === 'rst') {
      exchange.outcome = 'cut'
      if (step === 'fin') finish()
      else reset()
      return undefined
    }
    if ('write' in step) return write(step.write, exchange)
    return 'waitMs' in step ? pause(step.waitMs) : step.until
  }

  /** Waits until the system has taken the bytes, so that a slow reader holds the script up. */
  const write = (bytes: string | Uint8Array, exchange: Exchange): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const whenTaken = () => {
      exchange.bytesSent += Buffer.byteLength(bytes)
      resolve()
    }
    if (socket.write(bytes)) whenTaken()
    else socket.once('drain', whenTaken)
    return promise
  }

  const finish = () => {
    endedByUs = true
    socket.end()
  }
  const reset = () => {
    endedByUs = true
    // A TLS socket has no reset of its own; the transport below it is destroyed with it.
    if (typeof socket.resetAndDestroy === 'function') socket.resetAndDestroy()
    else socket.destroy()
  }

  return {
    reset,
    write: (bytes) => void socket.write(bytes),
    rest: reader.rest,
  }
}

function enter(request: ReadRequest, connection: number, ledger: Exchange[]): Exchange {
  const exchange: Exchange = {
    ...request,
    index: ledger.length,
    connection,
    startedAtMs: performance.now(),
    bytesSent: 0,
    outcome: 'open',
    closedByPeerAtMs: null,
  }
  ledger.push(exchange)
  return exchange
}
