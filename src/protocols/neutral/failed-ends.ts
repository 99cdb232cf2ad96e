/** Ends that are failures: an answer with one of them is never a complete one. */
import type { EndReason, NeutralError } from './answer.ts'

export const GAVE_UP: NeutralError = {
  kind: 'broken',
  message: 'the upstream gave up in the middle of the answer; ask again',
  code: null,
  param: null,
}

const FAILURES: Partial<Readonly<Record<EndReason, NeutralError>>> = {
  bad_call: {
    kind: 'broken',
    message: 'the model made a tool call that its vendor could not parse; ask again',
    code: 'malformed_function_call',
    param: null,
  },
  broken: GAVE_UP,
}

/** Undefined: the answer is complete, or as complete as it was asked for. */
export function failureOfEnd(reason: EndReason): NeutralError | undefined {
  return FAILURES[reason]
}
