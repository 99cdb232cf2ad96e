/** What each dialect calls what a translation may have to change, so that losses are reported in the client's words. */

/** What a wire may drop, clamp or emulate; a dialect that has no such field names it as the neutral form does. */
export type Changeable =
  | 'temperature'
  | 'topP'
  | 'topK'
  | 'seed'
  | 'frequencyPenalty'
  | 'presencePenalty'
  | 'maxOutput'
  | 'stop'
  | 'tools'
  | 'toolChoice'
  | 'parallel'
  | 'strict'
  /** Thinking as a whole; in one way, or in the other. */
  | 'reasoning'
  | 'effort'
  | 'budget'
  | 'output'
  | 'verbosity'
  | 'tier'
  | 'user'
  | 'cacheKey'
  | 'detail'

/** Paths from the top of the body; `[]` is every element of a list. */
export type FieldNames = Readonly<Record<Changeable, string>>
