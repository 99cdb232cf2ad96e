/** Numbers, money, durations and times as people read them. */
import { expect, test } from 'bun:test'
import {
  formatCost,
  formatDistance,
  formatDuration,
  formatShare,
  formatTime,
  setFormat,
} from './format.ts'

test('a cost that is not nothing never reads as nothing', () => {
  expect(formatCost(0)).toBe('$0')
  expect(formatCost(0.000_000_1)).toBe('<$0.00001')
  expect(formatCost(0.000_04)).toBe('$0.00004')
  expect(formatCost(12.345)).toBe('$12.35')
  expect(formatCost(null)).toBe('–')
})

test('durations keep three digits that count', () => {
  expect([0.123, 4.56, 789, 1240, 125_000].map(formatDuration)).toEqual([
    '0.12 ms',
    '4.6 ms',
    '789 ms',
    '1.24 s',
    '2 min 5 s',
  ])
})

test('durations of minutes and hours have the units of the language, and never sixty seconds', () => {
  expect(formatDuration(119_999)).toBe('1 min 59 s')
  expect(formatDuration(7_320_000)).toBe('2 h 2 min')
  setFormat({ language: 'zh' })
  expect(formatDuration(7_320_000)).toBe('2 小时 2 分')
  setFormat({ language: 'en' })
})

test('a small share has a decimal, whichever share was formatted first', () => {
  expect([0.46, 0.034, 0.5].map(formatShare)).toEqual(['46%', '3.4%', '50%'])
  setFormat({})
  expect([0.034, 0.123].map(formatShare)).toEqual(['3.4%', '12%'])
})

test('times are those of the reporting time zone, at half-hour offsets too', () => {
  setFormat({ language: 'en', timeZone: 'Asia/Kolkata' })
  expect(formatTime('2026-11-28T20:15:30Z', 'moment')).toBe('29 Nov, 01:45')
  setFormat({ language: 'zh', timeZone: 'Asia/Shanghai' })
  expect(formatTime('2026-11-28T20:15:30Z', 'moment')).toBe('11月29日 04:15')
  setFormat({ language: 'en', timeZone: 'UTC' })
})

test('a share that is not nothing never reads as nothing, and almost all never as all', () => {
  expect([0, 0.0004, 0.034, 0.5, 0.9996, 1, 1.2].map(formatShare)).toEqual([
    '0%',
    '<0.1%',
    '3.4%',
    '50%',
    '>99%',
    '100%',
    '120%',
  ])
})

test('a distance is never sixty of a smaller unit', () => {
  expect([-59 * 60_000, -59.6 * 60_000, -23.8 * 3_600_000].map(formatDistance)).toEqual([
    '59 min ago',
    '1 hr ago',
    'yesterday',
  ])
})

test('a day more than half a year away names its year', () => {
  setFormat({ language: 'en', timeZone: 'UTC' })
  expect(formatTime('2019-03-05T10:00:00Z', 'day')).toBe('5 Mar 2019')
  expect(formatTime(Date.now(), 'moment')).not.toContain(String(new Date().getUTCFullYear()))
})
