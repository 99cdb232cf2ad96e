/** Messages between instances by Redis' publish and subscribe, on connections of their own: requests never wait for them. */
import type { LiveChannel } from '../../usage/live/channel.ts'

interface Parts {
  url: string
  receive(message: string): void
}

interface Joined {
  subscriber: Bun.RedisClient
  publisher: Bun.RedisClient
}

const LOOK_EVERY_MS = 1_000
const JOIN_MS = 1_000
/** Of messages on their way, so that a Redis that takes none does not fill the memory. */
const MAX_PENDING = 20

export function openLiveChannel({ url, receive }: Parts): LiveChannel {
  const channel = channelOf(url)
  let joined: Joined | null = null
  let looking = false
  let stopped = false
  let pending = 0

  const lost = (from: Joined): void => {
    if (joined !== from) return
    joined = null
    close(from)
  }
  const join = async (): Promise<void> => {
    const made: Joined = { subscriber: clientOf(url), publisher: clientOf(url) }
    try {
      await within(JOIN_MS, connect(made))
      if (stopped) return close(made)
      joined = made
      made.subscriber.onclose = () => lost(made)
      made.publisher.onclose = () => lost(made)
    } catch {
      close(made)
    }
  }
  const connect = async ({ subscriber, publisher }: Joined): Promise<void> => {
    await Promise.all([subscriber.connect(), publisher.connect()])
    await subscriber.subscribe(channel, (message) => receive(message))
    // Finds out whether it may publish, too.
    await publisher.publish(channel, '')
  }
  const check = async (at: Joined): Promise<void> => {
    await within(JOIN_MS, at.publisher.send('PING', [])).catch(() => lost(at))
  }
  const look = async (): Promise<void> => {
    if (looking) return
    looking = true
    await (joined === null ? join() : check(joined))
    looking = false
  }
  void look()
  const timer = setInterval(() => void look(), LOOK_EVERY_MS)
  timer.unref()

  return {
    get standing() {
      return joined !== null
    },
    publish(message) {
      const at = joined
      if (at === null || pending >= MAX_PENDING) return
      pending++
      at.publisher
        .publish(channel, message)
        .catch(() => lost(at))
        .finally(() => pending--)
    },
    stop() {
      stopped = true
      clearInterval(timer)
      if (joined !== null) close(joined)
      joined = null
    },
  }
}

function clientOf(url: string): Bun.RedisClient {
  return new Bun.RedisClient(url, {
    autoReconnect: false,
    enableOfflineQueue: false,
    connectionTimeout: JOIN_MS,
  })
}

function close({ subscriber, publisher }: Joined): void {
  for (const client of [subscriber, publisher]) {
    client.onclose = () => {}
    client.close()
  }
}

/** Channels are not of one database, as keys are: gateways with different databases must not see each other. */
function channelOf(url: string): string {
  const database = /^\/(\d+)/.exec(new URL(url).pathname)?.[1] ?? '0'
  return `gpt_proxy:live:${database}`
}

function within<T>(ms: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('too late')), ms)
    work.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
