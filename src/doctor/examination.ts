/** What the doctor reads from the store. */

export interface RequestTimes {
  upstream: string
  model: string
  /** Of a reply in one piece, when it was whole. */
  firstTokenMs: number
  durationMs: number
}

export interface FoundRequest {
  requestId: string
  userId: number
  model: string
  reservedTokens: number
  totalTokens: number
  status: number
  outcome: string
}

export interface Examination {
  /** Newest first, answered requests only. */
  recentTimes(sinceMs: number, most: number): Promise<RequestTimes[]>
  findRequest(requestId: string): Promise<FoundRequest | null>
  /** Milliseconds for a statement that needs none: the middle of a few. */
  latencyMs(): Promise<number>
}
