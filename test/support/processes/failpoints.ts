/** Places at which a gateway kills itself, put around its files, its store and its upstream from outside. */
import type { JournalFiles } from '../../../src/adapters/journal/files.ts'
import { journalFiles } from '../../../src/adapters/journal/files.ts'
import type { Seams } from '../../../src/main/compose/gateway.ts'
import type { Transport, UpstreamReply } from '../../../src/upstreams/transport.ts'
import type { UsageStore } from '../../../src/usage/store.ts'
import type { SeesWriting } from '../writing-now.ts'

export const LIVE_POINTS = [
  'before-begin-write',
  'half-begin-write',
  'after-begin-write',
  'before-send',
  'while-sent',
  'after-headers',
  'after-first-byte',
  'after-third-chunk',
  'after-last-byte',
  'before-end-write',
  'half-end-write',
  'after-end-write',
  'before-sync',
  'after-sync',
  'before-drain',
  'in-drain',
  'after-drain',
  'before-rotation',
  'after-rotation',
  'before-removal',
  'after-removal',
] as const

/** Hit while the journal of an earlier process is read. */
export const RECOVERY_POINTS = [
  'before-read',
  'before-drain',
  'in-drain',
  'after-drain',
  'before-removal',
  'after-removal',
] as const

/** `nowhere` is never hit: the process is killed from outside, and only the segments are small. */
export type Failpoint = (typeof LIVE_POINTS)[number] | (typeof RECOVERY_POINTS)[number] | 'nowhere'

/** `at` is hit the `times`th time it is passed. */
export function withFailpoint(at: Failpoint, times: number, seesWriting: SeesWriting): Seams {
  let left = times
  const passes = (point: Failpoint): boolean => point === at && --left <= 0
  const pass = (point: Failpoint): void => {
    if (passes(point)) die()
  }
  return {
    // So small that rotation and removal come often.
    segmentBytes: 4096,
    journalFiles: files(passes, pass),
    store: (store) => settling(store, seesWriting, passes, pass),
    transport: (transport) => sending(transport, passes, pass),
  }
}

function die(): never {
  process.kill(process.pid, 'SIGKILL')
  // The signal may take a moment; nothing may happen in it.
  for (;;) Bun.sleepSync(1_000)
}

type Passes = (point: Failpoint) => boolean
type Pass = (point: Failpoint) => void

function files(passes: Passes, pass: Pass): JournalFiles {
  let created = 0
  return {
    ...journalFiles,
    create(path) {
      const rotates = path.endsWith('.journal') && ++created > 1
      if (rotates) pass('before-rotation')
      const file = journalFiles.create(path)
      if (rotates) pass('after-rotation')
      return file
    },
    openToRead(path) {
      pass('before-read')
      return journalFiles.openToRead(path)
    },
    write(file, bytes, length) {
      const text = Buffer.from(bytes.subarray(0, length)).toString()
      const kinds = [
        ...(text.includes(' ["E"') ? (['end'] as const) : []),
        ...(text.includes(' ["B"') ? (['begin'] as const) : []),
      ]
      for (const kind of kinds) {
        pass(`before-${kind}-write`)
        if (!passes(`half-${kind}-write`)) continue
        journalFiles.write(file, bytes, length >> 1)
        die()
      }
      const written = journalFiles.write(file, bytes, length)
      for (const kind of kinds) pass(`after-${kind}-write`)
      return written
    },
    async sync(file) {
      pass('before-sync')
      await journalFiles.sync(file)
      pass('after-sync')
    },
    remove(path) {
      const segment = path.endsWith('.journal')
      if (segment) pass('before-removal')
      journalFiles.remove(path)
      if (segment) pass('after-removal')
    },
  }
}

function settling(
  store: UsageStore,
  seesWriting: SeesWriting,
  passes: Passes,
  pass: Pass,
): UsageStore {
  return {
    async settle(records, instanceId, lines) {
      pass('before-drain')
      const settled = store.settle(records, instanceId, lines)
      if (passes('in-drain') && (await seesWriting(settled))) die()
      const stored = await settled
      pass('after-drain')
      return stored
    },
  }
}

function sending(transport: Transport, passes: Passes, pass: Pass): Transport {
  return {
    send(request, options) {
      pass('before-send')
      const { reply, cancel } = transport.send(request, options)
      if (passes('while-sent')) setTimeout(die, 5)
      const watchedReply = reply.then((upstream) => {
        pass('after-headers')
        return watched(upstream, pass)
      })
      return { reply: watchedReply, cancel }
    },
  }
}

function watched(reply: UpstreamReply, pass: Pass): UpstreamReply {
  let chunks = 0
  const took = (chunk: Uint8Array | null): Uint8Array | null => {
    if (chunk === null) pass('after-last-byte')
    else if (++chunks === 1) pass('after-first-byte')
    else if (chunks === 3) pass('after-third-chunk')
    return chunk
  }
  return {
    status: reply.status,
    header: (name) => reply.header(name),
    next() {
      const chunk = reply.next()
      return chunk instanceof Promise ? chunk.then(took) : took(chunk)
    },
  }
}
