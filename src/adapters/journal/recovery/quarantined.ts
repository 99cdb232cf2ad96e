/**
 * Files that startup ignores: damaged segments, and records the store never accepted. An operator has to inspect
 * them.
 */

const NAME = /\.(damaged|refused\.json)$/

export function isQuarantined(name: string): boolean {
  return NAME.test(name)
}
