/**
 * A stream that passed byte for byte has no writer of its own. To go on with it, one is made that has written the same
 * answer, and that uses the upstream's ids.
 */

import { tellsPlace } from '../stream-place.ts'
import type { DialectFormat, PassedEvents, Resumed, SentStream } from '../translation/format.ts'
import { SentAnswer } from './sent-answer.ts'

/** What a passed stream keeps of itself. */
export class PassedAnswer implements PassedEvents {
  readonly answer = new SentAnswer()
  first = ''
  last = ''
  readonly beginnings: string[] = []

  passed(data: string): void {
    if (this.first === '') this.first = data
    if (tellsPlace(data, this.last)) this.last = data
  }
}

export function resumedStream(dialect: DialectFormat, passed: PassedAnswer): SentStream | null {
  const { resumedAs } = dialect
  const resumed = resumedAs === undefined ? { answerId: passed.answer.id } : resumedAs(passed)
  return resumed === null ? null : resuming(dialect, passed.answer, resumed)
}

export function resuming(dialect: DialectFormat, answer: SentAnswer, resumed: Resumed): SentStream {
  return {
    answer,
    writer(context) {
      const { createdAt = context.createdAt } = resumed
      const writer = dialect.writeEvents({ ...context, createdAt, resumed })
      // The client has all of it.
      answer.replay((event) => writer.write(event))
      writer.resume?.()
      return writer
    },
  }
}
