/** What a run of the load tests measured. */
import type { EnduranceFigures } from './endurance.ts'
import type { OpenStreamFigures } from './open-streams.ts'
import type { LoadResult } from './rig/load.ts'
import type { Memory, Rounds, WayName } from './rig/measure.ts'
import type { StartFigures } from './start-up.ts'
import type { StreamFigures } from './streams.ts'

export interface Measurements {
  one: Rounds<LoadResult>
  many: Rounds<LoadResult>
  streams: Rounds<StreamFigures>
  bursts: Rounds<StreamFigures>
  idleMb: Memory
  loadedMb: Memory
  /** The most that the gateway ever held. */
  peakMb: number
  start: Starts
  endurance: { gateway: EnduranceFigures; nginx: EnduranceFigures }
  garbageKb: number
  /** 5,000 at once. */
  openStreams: Record<WayName, OpenStreamFigures>
  /** Like `many`, on PostgreSQL and Redis; null if everything was measured on them. */
  onServers: Rounds<LoadResult> | null
}

export interface Starts {
  source: StartFigures
  installed: StartFigures
  executable: StartFigures
  nginxMs: number
}
