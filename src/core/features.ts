/** What a request can ask of a model beyond text. */
export const FEATURES = [
  'audio',
  'documents',
  'images',
  'json',
  'reasoning',
  'stream',
  'tools',
] as const
export type Feature = (typeof FEATURES)[number]
