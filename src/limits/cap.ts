/** A bound on requests at a time, and what comes of asking for a slot of it. */

export interface Cap {
  /** `key:12`, `upstream:3`, … */
  owner: string
  max: number
  /** Whether all instances count it together. */
  shared: boolean
}

export type Taking<C extends Cap = Cap> =
  | { kind: 'taken'; release: () => void }
  /** `cap` has no slot left. */
  | { kind: 'full'; cap: C }
  /** The shared counts can't be reached, and the operator wants no decision without them. */
  | { kind: 'unavailable' }
