/**
 * Refused requests of several instances: each sends its own in bounded batches, also without viewers, because they are
 * kept in memory alone: an instance that is asked for one must have it by then.
 */
import type { OpenChannel } from './channel.ts'
import type { Live } from './live.ts'
import type { RefusedRequest } from './live-row.ts'

interface Parts {
  live: Pick<Live, 'onRefused' | 'receiveRefused'>
  instanceId: string
  /** Calls `work` regularly; returns a function that ends it. */
  repeat(work: () => void, everyMs: number): () => void
}

const BATCH_MS = 250
/** Of a flood of refusals, the others see the first ones of each batch. */
const MAX_REFUSED = 20
/** The first character of a message with refused requests. */
const REFUSED = 'r'

/** The channel, which also carries refused requests. */
export function withRefused(open: OpenChannel, { live, instanceId, repeat }: Parts): OpenChannel {
  return (receive) => {
    let waiting: RefusedRequest[] = []
    let endSending: (() => void) | null = null
    const channel = open((message) => {
      if (!message.startsWith(REFUSED)) return receive(message)
      const { from, refused } = messageIn(message.slice(REFUSED.length))
      if (from === instanceId) return
      for (const request of refused) live.receiveRefused(request)
    })
    const end = (): void => {
      endSending?.()
      endSending = null
    }
    const send = (): void => {
      end()
      channel.publish(REFUSED + JSON.stringify({ from: instanceId, refused: waiting }))
      waiting = []
    }
    live.onRefused((request) => {
      if (waiting.length >= MAX_REFUSED) return
      waiting.push(request)
      endSending ??= repeat(send, BATCH_MS)
    })
    return {
      get standing() {
        return channel.standing
      },
      publish: channel.publish,
      stop() {
        end()
        channel.stop()
      },
    }
  }
}

/** Leaves out what another version may send. */
function messageIn(text: string): { from: unknown; refused: RefusedRequest[] } {
  try {
    const message = JSON.parse(text) as { from?: unknown; refused?: unknown } | null
    const refused = Array.isArray(message?.refused) ? message.refused.filter(isRefused) : []
    return { from: message?.from, refused }
  } catch {
    return { from: null, refused: [] }
  }
}

function isRefused(value: Partial<RefusedRequest> | null): value is RefusedRequest {
  const row = value?.row
  return (
    typeof row?.requestId === 'string' &&
    typeof row.startedAt === 'string' &&
    typeof row.apiKeyId === 'number' &&
    typeof value?.message === 'string' &&
    Array.isArray(value.figures)
  )
}
