/** Depth, duplicates and places of members are found without parsing. */
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { scanObject, withMember } from './json-scan.ts'

const members = (text: string) => {
  const scan = scanObject(text, 64)
  if (!scan.ok) throw new Error(scan.reason)
  return scan
}

describe('scanning a JSON object', () => {
  test('finds each member where it stands', () => {
    const text = ' { "model" : "a\\"b" , "n":1,"deep":{"model":[1,"}"]} } '
    const scan = members(text)
    const value = (key: string) => {
      const member = scan.members.get(key)
      return member && text.slice(member.valueStart, member.valueEnd)
    }
    expect([...scan.members.keys()]).toEqual(['model', 'n', 'deep'])
    expect([value('model'), value('n'), value('deep')]).toEqual([
      '"a\\"b"',
      '1',
      '{"model":[1,"}"]}',
    ])
  })

  test('names duplicates, escaped ones too', () => {
    expect(members('{"model":1,"mod\\u0065l":2}').duplicates).toEqual(['model'])
  })

  test('refuses nesting past the limit before anything is parsed', () => {
    expect(scanObject(`{"a":${'['.repeat(64)}`, 64)).toEqual({ ok: false, reason: 'too_deep' })
    expect(scanObject(`{"a":${'['.repeat(63)}${']'.repeat(63)}}`, 64).ok).toBe(true)
  })

  test.each(['', '[]', '"x"', 'null', '1'])('%j is no object', (text) => {
    expect(scanObject(text, 64)).toEqual({ ok: false, reason: 'not_an_object' })
  })

  test('agrees with JSON.parse about the members of any object', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 5 })),
        fc.constantFrom(undefined, 2),
        (object, indent) => {
          const text = JSON.stringify(object, null, indent)
          const scan = members(text)
          const parsed = JSON.parse(text) as Record<string, unknown>
          expect(new Set(scan.members.keys())).toEqual(new Set(Object.keys(parsed)))
          for (const [key, { valueStart, valueEnd }] of scan.members) {
            expect(JSON.parse(text.slice(valueStart, valueEnd))).toEqual(parsed[key])
          }
        },
      ),
    )
  })
})

describe('replacing a member', () => {
  test('leaves every other character as it was', () => {
    const text = '{"seed":12345678901234567890, "model":"a","x":1.0}'
    expect(withMember(text, members(text).members, 'model', '"b"')).toBe(
      '{"seed":12345678901234567890, "model":"b","x":1.0}',
    )
  })

  test('puts a missing member first', () => {
    expect(withMember('{"a":1}', members('{"a":1}').members, 'b', '2')).toBe('{"b":2,"a":1}')
    expect(withMember('{ }', members('{ }').members, 'b', '2')).toBe('{"b":2 }')
  })
})
