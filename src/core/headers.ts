/** The headers of a message, as the rules read them. */

/** Anything whose headers can be read by lower-case name. */
export interface HeaderSource {
  get(name: string): string | null
}
