/** Why a field is not as the schema wants it, in words for the person who filled it in. */
import type { z } from '@hono/zod-openapi'

type Issue = z.core.$ZodIssue

export function fieldMessageInEnglish(issue: Issue): string {
  switch (issue.code) {
    case 'too_big':
      return `must ${sizeOf(issue, 'at most', issue.maximum)}`
    case 'too_small':
      return tooSmall(issue)
    case 'invalid_value':
      return `must be ${oneOf(issue.values.map(String))}`
    case 'invalid_type':
      // The schemas have no input of their own to tell; the library's message does.
      return issue.message.endsWith('received undefined')
        ? 'is required'
        : `must be ${KINDS[issue.expected] ?? issue.expected}`
    default:
      return issue.message
  }
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
}

function tooSmall(issue: Extract<Issue, { code: 'too_small' }>): string {
  if (issue.minimum === 1 && (issue.origin === 'string' || issue.origin === 'array'))
    return 'must not be empty'
  if (issue.inclusive === false) return `must be more than ${issue.minimum}`
  return `must ${sizeOf(issue, 'at least', issue.minimum)}`
}

function sizeOf(
  { origin }: { origin: string },
  bound: 'at most' | 'at least',
  size: number | bigint,
): string {
  if (origin === 'string') return `have ${bound} ${size} ${size === 1 ? 'character' : 'characters'}`
  if (origin === 'array') return `have ${bound} ${size} ${size === 1 ? 'entry' : 'entries'}`
  return `be ${bound} ${size}`
}

function oneOf(values: readonly string[]): string {
  return values.length > 1 ? `one of ${values.join(', ')}` : `${values[0]}`
}
