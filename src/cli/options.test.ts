/** Moments as options name them. */
import { expect, test } from 'bun:test'

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
