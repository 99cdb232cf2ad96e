/** Collects the items of one event-loop turn and handles them together at its end. */
export function onceATurn<Item>(
  work: (items: readonly Item[]) => void | Promise<void>,
): (item: Item) => Promise<void> {
  let turn: { items: Item[]; done: Promise<void> } | null = null
  return (item) => {
    if (turn === null) {
      const items: Item[] = []
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      turn = { items, done: promise }
      setImmediate(() => {
        turn = null
        try {
          const worked = work(items)
          if (worked instanceof Promise) worked.then(resolve, reject)
          else resolve()
        } catch (error) {
          reject(error)
        }
      })
    }
    turn.items.push(item)
    return turn.done
  }
}
