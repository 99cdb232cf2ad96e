/** Where the directory of users, proxy keys and upstream keys comes from. */
import type { DirectoryRows, UpstreamState } from '../core/entities.ts'

export interface KeyStore {
  /** One consistent reading of all three tables. */
  readDirectory(): Promise<DirectoryRows>
  /** True where another connection changed the database since the last call; cheap enough to poll. */
  changedSinceLastCall(): Promise<boolean>
  /** Writes the running state of upstream keys; rows that are gone are skipped. */
  saveUpstreamStates(states: ReadonlyMap<number, UpstreamState>): Promise<void>
  /** Throws where the database does not answer. */
  ping(): Promise<void>
}
