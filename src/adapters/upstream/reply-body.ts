/** The body of a reply between the socket that brings it and the stage that takes it; holds the socket back. */

/** Above this the socket is not read any further, until half of it was taken. */
const HIGH_BYTES = 256 * 1024

export interface ReplyBody {
  push(bytes: Uint8Array): void
  end(): void
  /** What came before it is still handed out. */
  fail(error: Error): void
  next(): Uint8Array | null | Promise<Uint8Array | null>
}

export function createReplyBody(hold: (back: boolean) => void): ReplyBody {
  let chunks: Uint8Array[] = []
  let taken = 0
  let size = 0
  let held = false
  let ended = false
  let failed: Error | null = null
  let waiting: { resolve(bytes: Uint8Array | null): void; reject(error: Error): void } | null = null

  const take = (): Uint8Array => {
    const bytes = chunks[taken++] as Uint8Array
    if (taken === chunks.length) {
      chunks = []
      taken = 0
    }
    size -= bytes.length
    if (held && size <= HIGH_BYTES / 2) {
      held = false
      hold(false)
    }
    return bytes
  }

  return {
    push(bytes) {
      if (waiting !== null) {
        const { resolve } = waiting
        waiting = null
        resolve(bytes)
        return
      }
      chunks.push(bytes)
      size += bytes.length
      if (held || size <= HIGH_BYTES) return
      held = true
      hold(true)
    },
    end() {
      ended = true
      waiting?.resolve(null)
      waiting = null
    },
    fail(error) {
      if (ended) return
      failed = error
      waiting?.reject(error)
      waiting = null
    },
    next() {
      if (taken < chunks.length) return take()
      if (failed !== null) return Promise.reject(failed)
      if (ended) return null
      return new Promise((resolve, reject) => {
        waiting = { resolve, reject }
      })
    },
  }
}
