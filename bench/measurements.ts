/** What a run of the load tests measured. */
import type { EnduranceFigures, LagFigures } from './endurance.ts'
import type { LoadResult } from './rig/load.ts'
import type { Rounds, WayName } from './rig/measure.ts'
import type { StartFigures } from './start-up.ts'
import type { StreamFigures } from './streams.ts'

export interface Measurements {
  one: Rounds<LoadResult>
  many: Rounds<LoadResult>
  streams: Rounds<StreamFigures>
  bursts: Rounds<StreamFigures>
  idleMb: Record<WayName, number>
  loadedMb: Record<WayName, number>
  /** The most that the gateway ever held. */
  peakMb: number
  start: Starts
  endurance: { gateway: EnduranceFigures; nginx: LagFigures }
  garbageKb: number
}

export interface Starts {
  source: StartFigures
  installed: StartFigures
  executable: StartFigures | null
  nginxMs: number
}
