/** Files that no start reads: damaged segments, and records that the store never took. They wait for a person. */

const NAME = /\.(damaged|refused\.json)$/

export function isQuarantined(name: string): boolean {
  return NAME.test(name)
}
