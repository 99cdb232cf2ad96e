/** The live tail: the newest requests first, a bounded number of them, drawn a few times a second at most. */
import { useEffect, useRef, useState } from 'react'
import { useLiveEvents } from '@/api/live/events.ts'
import type { RequestRow } from '@/api/requests.ts'

const KEPT = 500
const DRAW_MS = 250

export interface Tail {
  rows: readonly RequestRow[]
  /** Arrived while it was paused. */
  waiting: number
  /** Left out by the gateway because they came faster than they could be sent. */
  skipped: number
  connected: boolean
}

const EMPTY: Tail = { rows: [], waiting: 0, skipped: 0, connected: false }

interface TailOptions {
  active: boolean
  paused: boolean
  keep: (row: RequestRow) => boolean
}

export function useTail({ active, paused, keep }: TailOptions): Tail {
  const [tail, setTail] = useState(EMPTY)
  const arrived = useRef<RequestRow[]>([])
  const skipped = useRef(0)

  useLiveEvents(
    {
      request: (row) => {
        if (!keep(row)) return
        arrived.current.push(row)
        if (arrived.current.length > KEPT) arrived.current.shift()
      },
      skipped: ({ requests }) => {
        skipped.current += requests
      },
      open: () => setTail((before) => ({ ...before, connected: true })),
      lost: () => setTail((before) => ({ ...before, connected: false })),
    },
    active,
  )

  useEffect(() => {
    if (!active) return
    const timer = setInterval(() => setTail((before) => drawn(before, paused)), DRAW_MS)
    return () => clearInterval(timer)

    function drawn(before: Tail, waiting: boolean): Tail {
      const count = arrived.current.length
      if (waiting) return before.waiting === count ? before : { ...before, waiting: count }
      if (count === 0 && before.waiting === 0 && before.skipped === skipped.current) return before
      const rows = [...arrived.current.reverse(), ...before.rows].slice(0, KEPT)
      arrived.current = []
      return { rows, waiting: 0, skipped: skipped.current, connected: true }
    }
  }, [active, paused])

  useEffect(() => {
    if (active) return
    arrived.current = []
    skipped.current = 0
    setTail(EMPTY)
  }, [active])

  return tail
}
