/** Times: in the reporting time zone, in UTC on hover, or as a distance that keeps up. */
import { useEffect, useState } from 'react'
import { serverNow } from '@/lib/clock.ts'
import { formatDistance, formatTime, formatUtc, type TimeStyle } from '@/lib/format.ts'

export function Time({ at, style }: { at: string; style?: TimeStyle }) {
  return (
    <time dateTime={at} title={formatUtc(at)} className="whitespace-nowrap">
      {formatTime(at, style)}
    </time>
  )
}

/** Renders again every `everyMs`, while the page is visible. */
export function useTick(everyMs: number): void {
  const [, setTick] = useState(0)
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') setTick((tick) => tick + 1)
    }, everyMs)
    return () => clearInterval(timer)
  }, [everyMs])
}

const REFRESH_MS = 15_000

export function TimeAgo({ at }: { at: string }) {
  useTick(REFRESH_MS)
  return (
    <time
      dateTime={at}
      title={`${formatTime(at)} · ${formatUtc(at)}`}
      className="whitespace-nowrap"
    >
      {formatDistance(Date.parse(at) - serverNow())}
    </time>
  )
}

/** Seconds until `until` by the server's clock, counting down; nothing once it is reached. */
export function Countdown({ until }: { until: string }) {
  useTick(1000)
  const seconds = Math.ceil((Date.parse(until) - serverNow()) / 1000)
  if (seconds <= 0) return null
  return (
    <time dateTime={until} title={formatUtc(until)}>
      {seconds >= 60
        ? `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
        : `${seconds} s`}
    </time>
  )
}
