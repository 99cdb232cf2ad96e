/**
 * Google's uploads come in pieces, each a request of its own, and say nothing of what the file is for. If it looks like
 * the input of a batch, its lines are read; where a piece ends inside a line, its beginning is kept for the next piece.
 */
import { CallLines, GEMINI_LINES } from '../../../passthrough/call-lines.ts'
import type { UploadProgress, UploadsInProgress } from '../../../passthrough/uploads.ts'
import type { CheckedInput, SourceBody } from '../call.ts'
import type { CheckLines } from './line-check.ts'

export interface Piece {
  uploads: UploadsInProgress
  /** Null if the whole file is in one request. */
  id: string | null
  /** Where in the file it begins. */
  offset: number
  isLast: boolean
}

/** At most this many uploads are remembered between two pieces, each with so many bytes; the oldest is forgotten. */
const MAX_UPLOADS = 32
const MAX_PENDING_BYTES = 2 * 1024 * 1024

const JSON_START = /^(?:\xEF\xBB\xBF)?\s*\{/
const BLANK = /^(?:\xEF\xBB\xBF)?\s*$/

export function watchedPiece(body: SourceBody, piece: Piece, check: CheckLines): SourceBody {
  const progress = takeUp(piece)
  // Without its beginning, nothing can be said of the file: a batch of it is refused.
  if (progress === null) return body
  const input = new PieceInput(piece, progress)
  const { source } = body
  const look = async (coming: ReturnType<typeof source.next>) => {
    const bytes = await coming
    await input.look(bytes, source.length, check)
    return bytes
  }
  return {
    ...body,
    input,
    source: { length: source.length, next: () => look(source.next()) },
  }
}

function takeUp({ uploads, id, offset }: Piece): UploadProgress | null {
  if (offset === 0)
    return { lines: new CallLines(GEMINI_LINES), size: 0, begun: false, isOver: false }
  const progress = id === null ? undefined : uploads.get(id)
  if (id !== null) uploads.delete(id)
  return progress?.size === offset ? progress : null
}

class PieceInput implements CheckedInput {
  isChecked = false
  private seen = 0
  private isWhole = false
  private readonly piece: Piece
  private readonly progress: UploadProgress

  constructor(piece: Piece, progress: UploadProgress) {
    this.piece = piece
    this.progress = progress
  }

  /** Null: the piece has ended. Throws what is wrong with a line. */
  async look(bytes: Uint8Array | null, length: number | null, check: CheckLines): Promise<void> {
    const { lines } = this.progress
    if (bytes !== null) this.read(bytes)
    const isEnd = bytes === null || this.seen === length
    if (isEnd && this.piece.isLast && !this.progress.isOver) lines.endLine()
    await check(lines)
    if (isEnd && !this.isWhole) this.end()
  }

  private read(bytes: Uint8Array): void {
    const { progress } = this
    this.seen += bytes.length
    progress.size += bytes.length
    if (!progress.begun && !progress.isOver) {
      const start = Buffer.from(bytes).toString('latin1', 0, 1024)
      progress.begun = JSON_START.test(start)
      progress.isOver = !progress.begun && !BLANK.test(start)
    }
    if (!progress.isOver) progress.lines.push(bytes)
  }

  private end(): void {
    const { piece, progress } = this
    const { lines, begun, isOver } = progress
    this.isWhole = true
    this.isChecked = piece.isLast && begun && !isOver && !lines.isUnclear
    if (piece.isLast || piece.id === null || isOver || lines.pendingBytes > MAX_PENDING_BYTES)
      return
    piece.uploads.set(piece.id, progress)
    const [oldest] = piece.uploads.keys()
    if (piece.uploads.size > MAX_UPLOADS && oldest !== undefined) piece.uploads.delete(oldest)
  }
}
