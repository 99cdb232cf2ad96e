/** Notes what it writes, so that another upstream can go on with the same stream. */
import type { StreamEvent } from '../neutral/answer.ts'
import type { StreamPlace } from '../stream-place.ts'
import type { EventWriter, SentStream } from '../translation/format.ts'
import { SentAnswer } from './sent-answer.ts'

export class KeepingWriter implements EventWriter {
  readonly sent: SentStream
  private readonly writer: EventWriter

  constructor(writer: EventWriter) {
    this.writer = writer
    this.sent = sentBy(writer, new SentAnswer())
  }

  write(event: StreamEvent): string {
    this.sent.answer.add(event)
    return this.writer.write(event)
  }

  get place(): StreamPlace | undefined {
    return this.writer.place
  }

  ping(): string {
    return this.writer.ping()
  }
}

/** What `writer` has written of `answer`; the same one goes on. */
export function sentBy(writer: EventWriter, answer: SentAnswer): SentStream {
  return {
    answer,
    writer: () => writer,
    broke() {
      if (writer.dropOpenCalls === undefined) return
      writer.dropOpenCalls()
      answer.dropOpenCalls()
    },
  }
}
