/** A lock between threads, held for microseconds at a time. */

export interface Lock {
  enter(): void
  leave(): void
}

const FREE = 0
const HELD = 1
/** Held, and others sleep until it is free. */
const WANTED = 2
/** The holder is usually done within these looks; otherwise it has lost its core, and looking would keep it away. */
const LOOKS = 200

/** Three states, so that leaving costs no system call if no thread sleeps (Drepper, "Futexes Are Tricky"). */
export function createLock(cells: Int32Array, at: number): Lock {
  const tryEnter = (): boolean => Atomics.compareExchange(cells, at, FREE, HELD) === FREE
  return {
    enter() {
      for (let look = 0; look < LOOKS; look++) if (tryEnter()) return
      while (Atomics.exchange(cells, at, WANTED) !== FREE) Atomics.wait(cells, at, WANTED)
    },
    leave() {
      if (Atomics.exchange(cells, at, FREE) === WANTED) Atomics.notify(cells, at, 1)
    },
  }
}
