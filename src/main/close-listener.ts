/** Refuses new connections while the ones that stand live on; the web server itself only does both at once. */
import { closeSync, openSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'

const LISTENS = '0A'
const ESTABLISHED = '01'

interface SocketRow {
  port: number
  state: string
  inode: string
}

/**
 * `Bun.serve` stops listening and closes its idle connections in one step. A proxy may have written its
 * next request on one of those at that very moment; it can't know that nobody read it, so a POST would
 * fail. Here the listening socket alone is closed. False where it is not found, as on systems without /proc.
 */
export function closeListener(port: number): boolean {
  const inodes = new Set(
    sockets()
      .filter((socket) => socket.port === port && socket.state === LISTENS)
      .map(({ inode }) => `socket:[${inode}]`),
  )
  const fd = inodes.size === 0 ? null : ownDescriptor(inodes)
  if (fd === null) return false
  closeSync(fd)
  occupy(fd)
  return true
}

/** Connections to this port that stand; null where that can't be known. */
export function openConnections(port: number): number | null {
  const rows = sockets()
  if (rows.length === 0) return null
  return rows.filter((socket) => socket.port === port && socket.state === ESTABLISHED).length
}

function ownDescriptor(links: ReadonlySet<string>): number | null {
  for (const name of readdirSync('/proc/self/fd')) {
    try {
      if (links.has(readlinkSync(`/proc/self/fd/${name}`))) return Number(name)
    } catch {
      // The descriptor that the listing itself was read with is gone by now.
    }
  }
  return null
}

/** The web server closes this number once more at its end; it must not have become somebody else's. */
function occupy(fd: number): void {
  const lower: number[] = []
  let opened = openSync('/dev/null', 'r')
  while (opened < fd) {
    lower.push(opened)
    opened = openSync('/dev/null', 'r')
  }
  if (opened !== fd) lower.push(opened)
  for (const each of lower) closeSync(each)
}

function sockets(): SocketRow[] {
  return ['/proc/self/net/tcp', '/proc/self/net/tcp6'].flatMap((path) => {
    try {
      return readFileSync(path, 'utf8').split('\n').slice(1).flatMap(rowOf)
    } catch {
      return []
    }
  })
}

function rowOf(line: string): SocketRow[] {
  const [, local = '', , state = '', , , , , , inode = ''] = line.trim().split(/\s+/)
  const port = Number.parseInt(local.slice(local.lastIndexOf(':') + 1), 16)
  return inode === '' ? [] : [{ port, state, inode }]
}
