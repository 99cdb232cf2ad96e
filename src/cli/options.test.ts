/** Dates, times and durations in options. */
import { expect, test } from 'bun:test'
import { duration, moment } from './options.ts'

const PROGRAM = `
  import { moment } from './options.ts'
  const texts = ['2027-01-31', '2027-01-31T10:00', '2027-01-31T10:00+08:00', '1h']
  process.stdout.write(JSON.stringify(texts.map((text) => moment(text, -1, 7_200_000))))
`

test.each(['UTC', 'Asia/Shanghai', 'America/New_York'])(
  'a time without a zone is UTC on a machine in %s',
  (TZ) => {
    const { stdout } = Bun.spawnSync([process.execPath, '-e', PROGRAM], {
      cwd: import.meta.dir,
      env: { TZ },
    })
    expect(JSON.parse(stdout.toString())).toEqual([
      Date.UTC(2027, 0, 31),
      Date.UTC(2027, 0, 31, 10),
      Date.UTC(2027, 0, 31, 2),
      3_600_000,
    ])
  },
)

test.each([
  '2027-02-29',
  '2027-02-31',
  '2027-04-31',
  '2027-13-01',
  '2027-00-10',
  '2027-01-31T25:00',
])('%s is not a date', (text) => expect(() => moment(text, 1, 0)).toThrow('It must be a date'))

test('February 29 is a date in leap years only', () => {
  expect(moment('2028-02-29', 1, 0)).toBe(Date.UTC(2028, 1, 29))
})

test('a duration is a number and a unit, never a date', () => {
  expect(duration('90d')).toBe(90 * 86_400_000)
  for (const text of ['2027-01-31', '0000-01-01', '-1h', '1.5h', '1 h', 'h', ''])
    expect(duration(text)).toBeNull()
})
