/**
 * Writes of one turn of the event loop, in one go at its end. An upstream that has nothing to do is
 * woken by each write that reaches it, which costs as much as the write; behind the first one of a
 * turn, the others find it awake. Measured at 64 connections: 6 % of the CPU of a request.
 */
let waiting: (() => void)[] = []
let turnIsOpen = false

function endTurn(): void {
  turnIsOpen = false
  const writes = waiting
  waiting = []
  for (const write of writes) write()
}

/** The first of a turn is written at once, so that a request that is alone waits for nothing. */
export function writeInTurn(write: () => void): void {
  if (turnIsOpen) {
    waiting.push(write)
    return
  }
  turnIsOpen = true
  setImmediate(endTurn)
  write()
}
