/** Goals for the gateway compared with nginx on the same work, and what was measured. */

import type { Measurements } from './measurements.ts'
import { rounded } from './rig/figures.ts'
import { compared, medianOf, type Rounds } from './rig/measure.ts'

export interface Goal {
  name: string
  gateway: number
  /** Nginx on the same work; null if it has no such figure. */
  nginx: number | null
  /** The most that the gateway may have. */
  atMost: number
  met: boolean
}

export function goalsOf(measured: Measurements): Goal[] {
  const { one, many, onServers, streams, bursts, start, idleMb, endurance, garbageKb } = measured
  const { gateway, nginx } = endurance
  const cpuUs = (run: { cpuUs: number }) => run.cpuUs
  return [
    tail('p99 at 64 connections (ms)', many, 2),
    tail('p99 at one connection (ms)', one, 1),
    goal(
      'waits over 5 ms of its own making, under full load',
      gateway.lag.stalls,
      nginx.lag.stalls,
      0,
    ),
    ...(onServers === null
      ? []
      : [times('CPU per request at 64 connections (µs)', many, cpuUs, 2.2)]),
    times('CPU per request on PostgreSQL and Redis (µs)', onServers ?? many, cpuUs, 3.5),
    times('CPU per event, one in each read (µs)', streams, (run) => run.cpuUsPerChunk, 1.4),
    times('CPU per event, five in each read (µs)', bursts, (run) => run.cpuUsPerChunk, 2),
    goal('garbage per request (kB)', garbageKb, null, 6),
    goal('ready as installed (ms)', start.installed.readyMs, start.nginxMs, 120),
    goal('ready as an executable (ms)', start.executable.readyMs, start.nginxMs, 60),
    goal('idle memory (MB)', start.installed.idleMb, idleMb.nginx, 60),
    goal('growth in three minutes of full load (MB)', gateway.grownMb, nginx.grownMb, 20),
  ]
}

function goal(name: string, gateway: number, nginx: number | null, atMost: number): Goal {
  return {
    name,
    gateway: rounded(gateway, 1),
    nginx: nginx === null ? null : rounded(nginx, 1),
    atMost: rounded(atMost, 1),
    met: gateway <= atMost,
  }
}

/** Of ratios within a round the median, as a multiple of nginx's own median. */
function times<T>(name: string, rounds: Rounds<T>, figure: (run: T) => number, most: number): Goal {
  const nginx = medianOf(rounds.nginx, figure)
  const ratio = compared(rounds, 'nginx', figure, (gateway, other) => gateway / other)
  return goal(name, ratio * nginx, nginx, most * nginx)
}

/** At most a multiple of nginx's and a millisecond. */
function tail(name: string, rounds: Rounds<{ p99Us: number }>, most: number): Goal {
  const p99Ms = (run: { p99Us: number }) => run.p99Us / 1000
  const nginx = medianOf(rounds.nginx, p99Ms)
  return goal(name, medianOf(rounds.gateway, p99Ms), nginx, most * nginx + 1)
}
