/** What is paid by something other than tokens, by the names of its columns. */
export const UNITS = [
  'images',
  'audio_seconds',
  'video_seconds',
  'characters',
  'searches',
  'file_searches',
  'code_sessions',
  'pages',
] as const
export type Unit = (typeof UNITS)[number]
