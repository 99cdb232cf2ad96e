/** Calls and messages between two threads: calls are answered, messages are not. */

type Work = (...given: never[]) => unknown
export type Offers = Readonly<Record<string, Work>>

type Message =
  | { kind: 'tell'; name: string; given: unknown[] }
  | { kind: 'call'; id: number; name: string; given: unknown[] }
  | { kind: 'value'; id: number; value: unknown }
  | { kind: 'failure'; id: number; message: string }

export interface Link<Theirs> {
  /** Fire and forget. */
  tell<Name extends keyof Theirs & string>(name: Name, ...given: Given<Theirs, Name>): void
  /** Rejects with the message of what the other thread throws. */
  call<Name extends keyof Theirs & string>(
    name: Name,
    ...given: Given<Theirs, Name>
  ): Promise<Result<Theirs, Name>>
  received(message: unknown): void
}

type Given<Theirs, Name extends keyof Theirs> = Theirs[Name] extends (...given: infer G) => unknown
  ? G
  : never
type Result<Theirs, Name extends keyof Theirs> = Theirs[Name] extends (...given: never[]) => infer R
  ? Awaited<R>
  : never

/** Ports among what is given move to the other thread. */
type Post = (message: unknown, moved: MessagePort[]) => void

export function createLink<Theirs>(post: Post, own: Offers): Link<Theirs> {
  const waiting = new Map<number, PromiseWithResolvers<unknown>>()
  let latest = 0

  const send = (message: Message): void => {
    const given = 'given' in message ? message.given : []
    post(
      message,
      given.filter((one) => one instanceof MessagePort),
    )
  }
  const run = async (name: string, given: unknown[]): Promise<unknown> => {
    const work = own[name] as ((...all: unknown[]) => unknown) | undefined
    if (work === undefined) throw new Error(`a thread was asked for ${name}, which it lacks`)
    return work(...given)
  }
  const answer = (id: number, name: string, given: unknown[]): void => {
    run(name, given).then(
      (value) => send({ kind: 'value', id, value }),
      (error) => send({ kind: 'failure', id, message: (error as Error).message }),
    )
  }
  const settle = (id: number): PromiseWithResolvers<unknown> | undefined => {
    const pending = waiting.get(id)
    waiting.delete(id)
    return pending
  }

  return {
    tell: (name, ...given) => send({ kind: 'tell', name, given }),
    call(name, ...given) {
      const id = ++latest
      const pending = Promise.withResolvers<unknown>()
      waiting.set(id, pending)
      send({ kind: 'call', id, name, given })
      return pending.promise as Promise<never>
    },
    received(message) {
      const given = message as Message
      switch (given.kind) {
        case 'tell':
          ;(own[given.name] as ((...all: unknown[]) => unknown) | undefined)?.(...given.given)
          return
        case 'call':
          return answer(given.id, given.name, given.given)
        case 'value':
          return settle(given.id)?.resolve(given.value)
        case 'failure':
          return settle(given.id)?.reject(new Error(given.message))
      }
    },
  }
}
