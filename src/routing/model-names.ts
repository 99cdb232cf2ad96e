/** Which model names a list of patterns allows. */

/** A pattern is a model's name, or a beginning followed by `*`. No other wildcard, so matching is linear. */
export function matchesModel(pattern: string, model: string): boolean {
  return pattern.endsWith('*') ? model.startsWith(pattern.slice(0, -1)) : pattern === model
}

/** Null allows every model. */
export function allowsModel(patterns: readonly string[] | null, model: string): boolean {
  return patterns === null || patterns.some((pattern) => matchesModel(pattern, model))
}
