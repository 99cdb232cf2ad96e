/** Limits the open live views, of all users together and of each. */
import { ApiError } from './api-error.ts'

const MAX_STREAMS = 200
/** A browser opens one for all of its tabs. */
const MAX_PER_USER = 20

export interface StreamSlots {
  /** Throws ApiError if all are taken. Returns a function that gives the slot back. */
  take(userId: number): () => void
}

export function createStreamSlots(): StreamSlots {
  const byUser = new Map<number, number>()
  let all = 0
  return {
    take(userId) {
      const own = byUser.get(userId) ?? 0
      if (all >= MAX_STREAMS || own >= MAX_PER_USER) throw new ApiError('too_many_streams')
      all++
      byUser.set(userId, own + 1)
      let taken = true
      return () => {
        if (!taken) return
        taken = false
        all--
        const left = (byUser.get(userId) ?? 1) - 1
        if (left === 0) byUser.delete(userId)
        else byUser.set(userId, left)
      }
    },
  }
}
