/** What a response says of the conversation that the gateway keeps. */
export interface Continuation {
  previousId: string | null
  /** The response itself is kept too. */
  stored: boolean
}
