/** Where the directory of users, proxy keys and upstream keys comes from. */
import type { DirectoryRows, ModelState, UpstreamState } from '../core/entities.ts'

/** `upstream keys`: those alone, which other instances change as upstreams fail and recover. */
export type Change = 'none' | 'upstream keys' | 'any'

export type UpstreamRows = Pick<DirectoryRows, 'upstreamKeys' | 'modelStates'>

/** The state of one model at one key; null if it is healthy again. */
export interface ModelStateChange {
  upstreamKeyId: number
  model: string
  state: ModelState | null
}

export interface KeyStore {
  /** One consistent reading of all tables. */
  readDirectory(): Promise<DirectoryRows>
  readUpstreamKeys(): Promise<UpstreamRows>
  /** What others changed since the last call; cheap enough to poll. */
  changedSinceLastCall(): Promise<Change>
  /**
   * Writes the running state of upstream keys; rows that are gone are skipped. Counters are added to
   * by what they grew since the last reading or writing, because other instances count there as well.
   */
  saveUpstreamStates(
    states: ReadonlyMap<number, UpstreamState>,
    models: readonly ModelStateChange[],
  ): Promise<void>
  /** Throws where the database does not answer. */
  ping(): Promise<void>
}
