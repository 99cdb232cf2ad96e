/**
 * Argon2id from the runtime, on its own threads. One hash at a time: each takes 19 MiB and some 30 ms of one
 * core, and model requests need the other cores more than a flood of sign-ins does.
 */
import { HasherBusy, MAX_PASSWORD_BYTES, type PasswordHasher } from '../../access/password.ts'

/** OWASP's minimum for argon2id. */
const PARAMETERS = { algorithm: 'argon2id', memoryCost: 19_456, timeCost: 2 } as const
const MAX_WAITING = 32

export function createArgon2(maxWaiting = MAX_WAITING): PasswordHasher {
  const known: (() => void)[] = []
  const others: (() => void)[] = []
  let isRunning = false

  const next = (): void => {
    const start = known.shift() ?? others.shift()
    isRunning = start !== undefined
    start?.()
  }
  /** Known browsers have their own queue places, which strangers can't fill. */
  const inTurn = async <T>(lane: (() => void)[], work: () => Promise<T>): Promise<T> => {
    if (isRunning) {
      if (lane.length >= maxWaiting) throw new HasherBusy('too many sign-ins at once')
      await new Promise<void>((resolve) => lane.push(resolve))
    }
    isRunning = true
    try {
      return await work()
    } finally {
      next()
    }
  }

  return {
    hash: (password) => inTurn(known, () => Bun.password.hash(bounded(password), PARAMETERS)),
    verify: (password, hash, first) =>
      inTurn(first ? known : others, () => Bun.password.verify(bounded(password), hash)),
  }
}

function bounded(password: string): string {
  if (Buffer.byteLength(password) > MAX_PASSWORD_BYTES) throw new RangeError('password too long')
  return password
}
