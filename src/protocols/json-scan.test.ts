/** Depth, duplicates and places of members are found without parsing. */
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { countMembers, duplicatesIn, membersIn, type ScanBounds, withMember } from './json-scan.ts'

const BOUNDS: ScanBounds = {
  ...{ depth: 64, containers: 1_000, values: 5_000 },
  ...{ names: 5_000, escapes: 10_000 },
}

describe('scanning a JSON object', () => {
  test('finds each member at its place', () => {
    const text = ' { "model" : "a\\"b" , "n":1,"deep":{"model":[1,"}"]} } '
    const members = membersIn(text)
    const value = (key: string) => {
      const member = members.get(key)
      return member && text.slice(member.valueStart, member.valueEnd)
    }
    expect([...members.keys()]).toEqual(['model', 'n', 'deep'])
    expect([value('model'), value('n'), value('deep')]).toEqual([
      '"a\\"b"',
      '1',
      '{"model":[1,"}"]}',
    ])
  })

  test('counts and names duplicates, escaped ones too', () => {
    const text = '{"model":1,"mod\\u0065l":2,"n":{"model":3}}'
    expect(countMembers(text, BOUNDS)).toBe(3)
    expect(duplicatesIn(text)).toEqual(['model'])
  })

  test('refuses nesting past the limit before anything is parsed', () => {
    expect(countMembers(`{"a":${'['.repeat(64)}`, BOUNDS)).toBe('too_deep')
    expect(countMembers(`{"a":${'['.repeat(63)}${']'.repeat(63)}}`, BOUNDS)).toBe(1)
  })

  test.each([
    ['lists', `{"a":[${'[],'.repeat(2_000)}1]}`],
    ['objects', `{"a":[${'{},'.repeat(2_000)}1]}`],
    ['numbers', `{"a":[${'1,'.repeat(6_000)}1]}`],
    ['names', `{"a":{${'"b":1,'.repeat(3_000)}"c":1}}`],
    ['members', `{${'"a":1,'.repeat(20_000)}"b":1}`],
  ])('refuses too many %s before anything is parsed', (_, text) => {
    expect(countMembers(text, BOUNDS)).toBe('too_many')
  })

  test('accepts values within the bounds, and whitespace of any length', () => {
    expect(countMembers(`{"a":[${'1,'.repeat(4_000)}1]}`, BOUNDS)).toBe(1)
    expect(countMembers(`{${' '.repeat(100_000)}"a"${'\n'.repeat(100_000)}:1}`, BOUNDS)).toBe(1)
    expect(countMembers(' '.repeat(100_000), BOUNDS)).toBe('not_an_object')
  })

  test.each(['', ' ', '[]', '"x"', 'null', '1'])('%j is not an object', (text) => {
    expect(countMembers(text, BOUNDS)).toBe('not_an_object')
  })

  test.each(['{', '{"a', '{"a\\"}', '{} {}', '{"a":1}]'])('%j is malformed', (text) => {
    expect(countMembers(text, BOUNDS)).toBe('malformed')
  })

  test('agrees with JSON.parse about the members of any object', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 5 })),
        fc.constantFrom(undefined, 2),
        (object, indent) => {
          const text = JSON.stringify(object, null, indent)
          const members = membersIn(text)
          const parsed = JSON.parse(text) as Record<string, unknown>
          expect(countMembers(text, BOUNDS)).toBe(Object.keys(parsed).length)
          expect(duplicatesIn(text)).toEqual([])
          expect(new Set(members.keys())).toEqual(new Set(Object.keys(parsed)))
          for (const [key, { valueStart, valueEnd }] of members) {
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
    expect(withMember(text, membersIn(text), 'model', '"b"')).toBe(
      '{"seed":12345678901234567890, "model":"b","x":1.0}',
    )
  })

  test('puts a missing member first', () => {
    expect(withMember('{"a":1}', membersIn('{"a":1}'), 'b', '2')).toBe('{"b":2,"a":1}')
    expect(withMember('{ }', membersIn('{ }'), 'b', '2')).toBe('{"b":2 }')
  })
})
