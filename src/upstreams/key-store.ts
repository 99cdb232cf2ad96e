/** Where the directory of users, proxy keys and upstream keys comes from. */
import type { DirectoryRows, UpstreamKey, UpstreamState } from '../core/entities.ts'

/** `upstream keys`: those alone, which other instances change as upstreams fail and recover. */
export type Change = 'none' | 'upstream keys' | 'any'

export interface KeyStore {
  /** One consistent reading of all three tables. */
  readDirectory(): Promise<DirectoryRows>
  readUpstreamKeys(): Promise<readonly UpstreamKey[]>
  /** What others changed since the last call; cheap enough to poll. */
  changedSinceLastCall(): Promise<Change>
  /**
   * Writes the running state of upstream keys; rows that are gone are skipped. Counters are added to
   * by what they grew since the last reading or writing, because other instances count there as well.
   */
  saveUpstreamStates(states: ReadonlyMap<number, UpstreamState>): Promise<void>
  /** Throws where the database does not answer. */
  ping(): Promise<void>
}
