/** A port with a full backlog, so that a further connection neither opens nor fails. */
import { dlopen, ptr } from 'bun:ffi'
import { connect, type Socket } from 'node:net'
import { pause } from '../waiting.ts'

const AF_INET = 2
const SOCK_STREAM = 1
const ADDRESS_BYTES = 16
const FILLERS = 4

export interface FullBacklog {
  port: number
  close(): void
}

export async function openFullBacklog(): Promise<FullBacklog> {
  const { symbols: libc } = dlopen('libc.so.6', {
    socket: { args: ['int', 'int', 'int'], returns: 'int' },
    bind: { args: ['int', 'ptr', 'int'], returns: 'int' },
    listen: { args: ['int', 'int'], returns: 'int' },
    getsockname: { args: ['int', 'ptr', 'ptr'], returns: 'int' },
    close: { args: ['int'], returns: 'int' },
  })
  const listener = libc.socket(AF_INET, SOCK_STREAM, 0)
  const address = loopback()
  const length = new Uint32Array([ADDRESS_BYTES])
  // Nothing ever accepts, and the queue holds one.
  const failed =
    libc.bind(listener, ptr(address), ADDRESS_BYTES) !== 0 ||
    libc.listen(listener, 0) !== 0 ||
    libc.getsockname(listener, ptr(address), ptr(length)) !== 0
  if (listener < 0 || failed) throw new Error('no listening socket')
  const port = new DataView(address.buffer).getUint16(2)
  const fillers = await fill(port)
  return {
    port,
    close() {
      for (const filler of fillers) filler.destroy()
      libc.close(listener)
    },
  }
}

/** A sockaddr_in for 127.0.0.1 and any free port. */
function loopback(): Uint8Array {
  const address = new Uint8Array(ADDRESS_BYTES)
  address[0] = AF_INET
  address.set([127, 0, 0, 1], 4)
  return address
}

async function fill(port: number): Promise<Socket[]> {
  const fillers = Array.from({ length: FILLERS }, () => {
    const socket = connect({ port, host: '127.0.0.1' })
    // Those that did not get in fail some day; that is what they are for.
    socket.on('error', () => {})
    return socket
  })
  await pause(50)
  return fillers
}
