/** Headers of a message, as the rules read them. */

/** Whatever has headers that can be asked for by a name in lower case. */
export interface HeaderSource {
  get(name: string): string | null
}
