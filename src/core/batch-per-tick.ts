/** Work that is done once per event-loop tick for all that asked for it. */

export interface TickTask {
  /** The work runs at the end of this tick, however often this is called. */
  schedule(): void
  /** Runs the work immediately instead. */
  runNow(): void
}

export function oncePerTick(work: () => void): TickTask {
  let scheduled: NodeJS.Immediate | null = null
  const run = (): void => {
    if (scheduled !== null) clearImmediate(scheduled)
    scheduled = null
    work()
  }
  return {
    schedule() {
      scheduled ??= setImmediate(run)
    },
    runNow: run,
  }
}

interface Batch<Item> {
  items: Item[]
  done: PromiseWithResolvers<void>
}

/** Collects the items of one tick and handles them together at its end. All callers share one promise. */
export function batchPerTick<Item>(
  work: (items: readonly Item[]) => void | Promise<void>,
): (item: Item) => Promise<void> {
  let batch: Batch<Item> = emptyBatch()
  const task = oncePerTick(() => {
    const { items, done } = batch
    batch = emptyBatch()
    try {
      const worked = work(items)
      if (worked instanceof Promise) worked.then(done.resolve, done.reject)
      else done.resolve()
    } catch (error) {
      done.reject(error)
    }
  })
  return (item) => {
    batch.items.push(item)
    task.schedule()
    return batch.done.promise
  }
}

function emptyBatch<Item>(): Batch<Item> {
  return { items: [], done: Promise.withResolvers() }
}
