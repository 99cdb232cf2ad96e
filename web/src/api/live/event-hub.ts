/**
 * Holds the one stream of live events that all tabs of a browser share, so that seven tabs do not use up the six
 * connections HTTP/1.1 allows. It is open only while someone looks, and carries requests only while someone asks.
 */

export interface Watch {
  url: string
  /** Whether this watcher wants each request, not only gauges and changes. */
  requests: boolean
  visible: boolean
}

export interface LiveMessage {
  name: string
  data: unknown
}

type Deliver = (message: LiveMessage) => void

const NAMES = ['clock', 'request', 'skipped', 'gauge', 'changed', 'bye']
const FIRST_RETRY_MS = 3000
const MAX_RETRY_MS = 60_000

export class EventHub {
  readonly #watchers = new Map<Deliver, Watch>()
  #source: EventSource | null = null
  #address = ''
  #retryMs = FIRST_RETRY_MS
  #timer: ReturnType<typeof setTimeout> | undefined

  watch(deliver: Deliver, watch: Watch): void {
    this.#watchers.set(deliver, watch)
    this.#retryMs = FIRST_RETRY_MS
    this.#adjust()
  }

  leave(deliver: Deliver): void {
    this.#watchers.delete(deliver)
    this.#adjust()
  }

  /** Opens, closes or reopens the stream so that it fits those who look. */
  #adjust(): void {
    const looking = [...this.#watchers.values()].filter(({ visible }) => visible)
    const first = looking[0]
    const all = looking.some(({ requests }) => requests)
    const address = first === undefined ? '' : `${first.url}${all ? '' : '?quiet=1'}`
    if (address === this.#address && this.#source !== null) return
    this.#close()
    this.#address = address
    if (address !== '') this.#open(address)
  }

  #open(address: string): void {
    const source = new EventSource(address)
    this.#source = source
    source.onopen = () => {
      this.#retryMs = FIRST_RETRY_MS
      this.#deliver('open', null)
    }
    source.onerror = () => {
      this.#deliver('lost', null)
      // Refused, for instance because the session has ended: the browser doesn't retry.
      if (source.readyState === EventSource.CLOSED) this.#retryLater()
    }
    for (const name of NAMES)
      source.addEventListener(name, ({ data }) => this.#deliver(name, JSON.parse(data)))
  }

  #retryLater(): void {
    this.#close()
    this.#timer = setTimeout(() => this.#adjust(), this.#retryMs)
    this.#retryMs = Math.min(MAX_RETRY_MS, this.#retryMs * 2)
  }

  #close(): void {
    clearTimeout(this.#timer)
    this.#source?.close()
    this.#source = null
  }

  #deliver(name: string, data: unknown): void {
    for (const [deliver, { visible }] of this.#watchers) if (visible) deliver({ name, data })
  }
}
