/** One connection of the mock upstream: reads requests, plays their scripts in order, and notes who closed. */
import type { Socket } from 'node:net'
import { pause } from '../waiting.ts'
import type { Exchange, IdleEnd, Script, Step } from './mock-upstream.ts'
import { createRequestReader, type ReadRequest } from './request-reader.ts'

export interface MockConnection {
  reset(): void
  write(bytes: string | Uint8Array): void
  /** What has arrived and is not yet a whole request. */
  rest(): string
}

interface State {
  socket: Socket
  script: Script
  idle: IdleEnd | undefined
  idleTimer: ReturnType<typeof setTimeout> | undefined
  /** Resolved once the peer has left. */
  gone: PromiseWithResolvers<'gone'>
  peerLeft: boolean
  endedByUs: boolean
  latest: Exchange | null
}

export function openConnection(
  socket: Socket,
  number: number,
  ledger: Exchange[],
  { script, idle }: { script: Script; idle?: IdleEnd | undefined },
): MockConnection {
  const reader = createRequestReader()
  const state: State = {
    socket,
    script,
    idle,
    idleTimer: undefined,
    gone: Promise.withResolvers(),
    peerLeft: false,
    endedByUs: false,
    latest: null,
  }
  let turn: Promise<void> = Promise.resolve()
  socket.on('data', (bytes: Buffer) => {
    clearTimeout(state.idleTimer)
    for (const request of reader.push(bytes)) {
      const exchange = enter(request, number, ledger)
      state.latest = exchange
      turn = turn.then(() => play(state, exchange))
    }
  })
  for (const event of ['end', 'error', 'close']) socket.on(event, () => notePeerLeft(state))
  return {
    reset: () => reset(state),
    write: (bytes) => void socket.write(bytes),
    rest: reader.rest,
  }
}

function notePeerLeft(state: State): void {
  if (state.peerLeft || state.endedByUs) return
  state.peerLeft = true
  if (state.latest !== null) state.latest.closedByPeerAtMs = performance.now()
  state.gone.resolve('gone')
  clearTimeout(state.idleTimer)
  state.socket.destroy()
}

async function play(state: State, exchange: Exchange): Promise<void> {
  const { script, gone, idle } = state
  const steps = await script(exchange)
  for (const step of steps) {
    if (state.peerLeft || state.endedByUs) break
    await Promise.race([take(state, step, exchange), gone.promise])
  }
  if (exchange.outcome !== 'open') return
  exchange.outcome = state.peerLeft ? 'aborted' : 'served'
  if (state.peerLeft) return
  if (exchange.headers.connection?.toLowerCase() === 'close') finish(state)
  else if (idle) {
    const end = idle.how === 'fin' ? finish : reset
    state.idleTimer = setTimeout(end, idle.afterMs, state)
  }
}

function take(state: State, step: Step, exchange: Exchange): Promise<unknown> | undefined {
  if (step === 'stall') return state.gone.promise
  if (step === 'fin' || step === 'rst') {
    exchange.outcome = 'cut'
    if (step === 'fin') finish(state)
    else reset(state)
    return undefined
  }
  if ('write' in step) return write(state.socket, step.write, exchange)
  return 'waitMs' in step ? pause(step.waitMs) : step.until
}

/** Waits until the system has taken the bytes, so that a slow reader holds the script up. */
function write(socket: Socket, bytes: string | Uint8Array, exchange: Exchange): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const whenTaken = () => {
    exchange.bytesSent += Buffer.byteLength(bytes)
    resolve()
  }
  if (socket.write(bytes)) whenTaken()
  else socket.once('drain', whenTaken)
  return promise
}

function finish(state: State): void {
  state.endedByUs = true
  state.socket.end()
}

function reset(state: State): void {
  const { socket } = state
  state.endedByUs = true
  // A TLS socket has no reset of its own; the transport below it is destroyed with it.
  if (typeof socket.resetAndDestroy === 'function') socket.resetAndDestroy()
  else socket.destroy()
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
