/** Responses that the gateway keeps itself, for clients of upstreams that keep none. */

export type JsonFields = Readonly<Record<string, unknown>>

export interface KeptResponse {
  id: string
  userId: number
  /** All items that the model was given, those of earlier responses included. */
  input: readonly JsonFields[]
  /** As the client got it. */
  response: JsonFields
}

/** Each rejects if the store is unavailable. */
export interface ResponseStore {
  keep(kept: KeptResponse): Promise<void>
  /** Null if there is none of this user, or its time is over. */
  find(id: string, userId: number): Promise<KeptResponse | null>
  /** False if there was none. */
  forget(id: string, userId: number): Promise<boolean>
  /** Deletes those whose time is over. */
  forgetExpired(): Promise<void>
}

/** Their rows in the database, where their content is encrypted. Times are in milliseconds. */
export interface ResponseRow {
  id: string
  userId: number
  createdAtMs: number
  expiresAtMs: number
  encryptedBody: string
}

export interface ResponseRows {
  insert(row: ResponseRow): Promise<void>
  find(id: string, userId: number, nowMs: number): Promise<ResponseRow | null>
  delete(id: string, userId: number): Promise<boolean>
  deleteExpired(nowMs: number): Promise<void>
  /** The sealed key that they are encrypted with. `fresh` becomes it if there is none yet. */
  dataKey(fresh: string): Promise<string>
}
