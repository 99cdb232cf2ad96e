/** Where a continuation goes on: nothing twice, nothing lost. */
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { storyOf } from '../../../test/support/spoken/storyteller.ts'
import { MAX_OVERLAP, Overlap, repeatedLength, type Way } from './overlap.ts'

const STORY = storyOf(300)

function joined(sent: string, pieces: readonly string[], way: Way = 'instruct'): string {
  const overlap = new Overlap(sent, way)
  let text = sent
  for (const piece of pieces) text += overlap.push(piece)
  return text + overlap.flush()
}

/** Pieces of `text`, cut at `cuts`. */
function cut(text: string, cuts: readonly number[]): string[] {
  const places = [...new Set([0, ...cuts.map((one) => one % (text.length + 1)), text.length])]
  places.sort((one, other) => one - other)
  return places.slice(1).map((end, at) => text.slice(places[at], end))
}

const CUTS = fc.array(fc.nat(5_000), { maxLength: 12 })
const WAYS: readonly Way[] = ['prefill', 'instruct']

describe.each(WAYS)('after %s', (way) => {
  test('a text that continues exactly is joined unchanged, wherever it is cut', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: STORY.length - 1 }), CUTS, (at, cuts) => {
        expect(joined(STORY.slice(0, at), cut(STORY.slice(at), cuts), way)).toBe(STORY)
      }),
    )
  })

  test('repeated words, up to 200 characters, are left out', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 260, max: STORY.length - 1 }),
        fc.integer({ min: 12, max: MAX_OVERLAP }),
        CUTS,
        (at, repeats, cuts) => {
          const rest = cut(STORY.slice(at - repeats), cuts)
          expect(joined(STORY.slice(0, at), rest, way)).toBe(STORY)
        },
      ),
    )
  })

  test('an answer that starts over is joined at its first new character', () => {
    fc.assert(
      fc.property(fc.integer({ min: 4, max: STORY.length - 1 }), CUTS, (at, cuts) => {
        expect(joined(STORY.slice(0, at), cut(STORY, cuts), way)).toBe(STORY)
      }),
    )
  })

  test('an answer that was complete needs no more', () => {
    expect(joined('all of it', [], way)).toBe('all of it')
  })

  test('rows and indentations repeat by themselves', () => {
    const rule = '| --- | --- | --- | --- '
    expect(joined(rule, [rule, '|\n'], way)).toBe(`${rule}${rule}|\n`)
    expect(joined(`{\n${' '.repeat(16)}`, [`${' '.repeat(16)}x`], way)).toEndWith(
      `${' '.repeat(32)}x`,
    )
  })
})

test('a short coincidence is none', () => {
  expect(repeatedLength('It was a hat', 'hat', 'prefill')).toBe(0)
  expect(repeatedLength('She saw the banana', 'nana is ripe', 'instruct')).toBe(0)
})

test('after an instruction, whole words are recognised sooner', () => {
  expect(repeatedLength('We took the train', 'the train to Rome', 'instruct')).toBe(9)
})

test('a text is held back no longer than it could be a repetition', () => {
  const overlap = new Overlap(STORY, 'prefill')
  expect(overlap.push('unheard')).toBe('unheard')
})

test('an answer that starts over and then differs can’t be joined', () => {
  const overlap = new Overlap(STORY, 'instruct')
  let text = overlap.push(STORY.slice(0, 200))
  text += overlap.push(' but then everything changed')
  expect([text, overlap.diverged]).toEqual(['', true])
})

// If all that is held were compared with each piece, this would take minutes.
test('an answer that starts over, in half a million pieces', () => {
  const sent = `${'abcdefghij'.repeat(100_000)}end`
  const overlap = new Overlap(sent, 'instruct')
  let shown = ''
  for (let at = 0; at < sent.length; at += 2) shown += overlap.push(sent.slice(at, at + 2))
  expect(shown + overlap.push(' and on')).toBe(' and on')
})
