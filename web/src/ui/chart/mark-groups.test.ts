/** Marks of changes over a chart. */
import { expect, test } from 'bun:test'
import { groupMarks } from './mark-groups.ts'

const scale = {
  left: 50,
  width: 1000,
  min: Date.parse('2026-11-01T00:00:00Z') / 1000,
  max: Date.parse('2026-11-02T00:00:00Z') / 1000,
}
const change = (at: string) => ({ at, text: `key.create ${at.slice(11, 16)}` })

test('a change is marked where its time is drawn, and found by its own millisecond', () => {
  expect(groupMarks([change('2026-11-01T12:00:00.000Z')], scale)).toEqual([
    {
      left: 550,
      from: '2026-11-01T12:00:00.000Z',
      until: '2026-11-01T12:00:00.001Z',
      texts: ['key.create 12:00'],
    },
  ])
})

test('changes whose marks would overlap share one, in order of time', () => {
  const newestFirst = [
    '2026-11-01T18:00:00.000Z',
    '2026-11-01T06:10:00.000Z',
    '2026-11-01T06:00:00.000Z',
  ]
  const marks = groupMarks(newestFirst.map(change), scale)
  expect(marks.map(({ texts }) => texts)).toEqual([
    ['key.create 06:00', 'key.create 06:10'],
    ['key.create 18:00'],
  ])
  expect(marks[0]).toMatchObject({
    from: '2026-11-01T06:00:00.000Z',
    until: '2026-11-01T06:10:00.001Z',
  })
})

test('changes outside of the chart have no mark', () => {
  expect(groupMarks([change('2026-10-31T23:59:00.000Z')], scale)).toEqual([])
  expect(groupMarks([change('2026-11-01T12:00:00.000Z')], { ...scale, max: scale.min })).toEqual([])
})
