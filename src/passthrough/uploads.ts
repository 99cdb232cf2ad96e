/** Uploads to Google that have begun, so that a line is read as one where a piece ends inside it. */
import type { CallLines } from './call-lines.ts'

/** By the id of the upload. */
export type UploadsInProgress = Map<string, UploadProgress>

export interface UploadProgress {
  lines: CallLines
  /** Bytes of the file that were read. */
  size: number
  /** Whether the first line has begun, as a JSON object. */
  begun: boolean
  /** It is not the input of a batch. */
  isOver: boolean
}
