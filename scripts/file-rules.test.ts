/** Each rule about files finds what it is for, and nothing in a file as it should be. */
import { describe, expect, test } from 'bun:test'
import { crowdedFolders, findingsIn, repeatedNames } from './file-rules.ts'

const OPENING = '/** What it is for. */\n'
const found = (path: string, text: string) =>
  findingsIn(path, text).map(({ severity, text: line }) => `${severity} ${line}`)
const lines = (count: number) => `${OPENING}${'x\n'.repeat(count - 1)}`

describe('the rules about files', () => {
  test('let a file pass that is as it should be', () => {
    expect(found('src/core/fine.ts', `${OPENING}export const environment = {}\n`)).toEqual([])
    expect(found('src/core/long.ts', lines(250))).toEqual([])
  })

  test('ask about 251 lines and refuse 301', () => {
    expect(found('test/long.ts', lines(251))).toEqual([
      'warning test/long.ts: 251 lines; can it be divided?',
    ])
    expect(found('test/long.ts', lines(300))).toHaveLength(1)
    expect(found('test/long.ts', lines(301))).toEqual([
      'error test/long.ts: 301 lines, more than 300',
    ])
  })

  test('refuse a folder of more than 20 files; unit tests do not count', () => {
    const files = (count: number, ending = '.ts') =>
      Array.from({ length: count }, (_, at) => `src/core/file-${at}${ending}`)
    expect(crowdedFolders([...files(20), ...files(20, '.test.ts')])).toEqual([])
    expect(crowdedFolders(files(21))).toEqual([
      { severity: 'error', text: 'src/core: 21 files, more than 20; divide it by subject' },
    ])
  })

  test('refuse two exported types of one name in src', () => {
    const files = (...paths: string[]) =>
      new Map(paths.map((path) => [path, `${OPENING}export interface Verdict {}\ntype Own = 1\n`]))
    expect(repeatedNames(files('src/core/a.ts', 'src/core/a.test.ts', 'test/a.ts'))).toEqual([])
    expect(repeatedNames(files('src/core/a.ts', 'src/limits/b.ts'))).toEqual([
      {
        severity: 'error',
        text: "src/core/a.ts, src/limits/b.ts: each exports a type 'Verdict'; rename all but one",
      },
    ])
  })

  test('refuse two values of one name, but for the same step of different wire formats', () => {
    const files = (...paths: string[]) =>
      new Map(paths.map((path) => [path, 'export async function readRequest() {}\n']))
    const wires = ['src/protocols/openai/a.ts', 'src/protocols/gemini/b.ts', 'src/providers/c.ts']
    expect(repeatedNames(files(...wires))).toEqual([])
    expect(repeatedNames(files('src/http/a.ts', 'src/http/a.test.ts', 'web/src/a.ts'))).toEqual([])
    const refused = [
      ['src/protocols/openai/a.ts', 'src/protocols/openai/chat/b.ts'],
      ['src/protocols/openai/a.ts', 'src/http/b.ts'],
    ]
    for (const paths of refused)
      expect(repeatedNames(files(...paths)).map(({ text }) => text)).toEqual([
        `${paths.join(', ')}: each exports a value 'readRequest'; rename all but one`,
      ])
  })

  test.each(['import "x"\n', '// What it is for\n', '/** */\n', ''])(
    'refuse the opening %j',
    (text) => {
      expect(found('src/core/x.ts', text)).toEqual([
        'error src/core/x.ts: does not open with what it is for',
      ])
    },
  )

  test.each([
    'process.env.HOME',
    'Bun.env.HOME',
    "process['env']",
    'import.meta.env',
    'const { env } = process',
    "import { env } from 'node:process'",
  ])('see that %s reads the environment', (code) => {
    expect(found('src/http/app.ts', OPENING + code)).toEqual([
      'error src/http/app.ts: reads the environment',
    ])
    expect(found('src/main.ts', OPENING + code)).toEqual([])
    expect(found('test/support/x.ts', OPENING + code)).toEqual([])
  })

  test('let the command line see the type of the configuration only', () => {
    const type = `${OPENING}import type { Config } from '../config.ts'\n`
    const value = `${OPENING}import { loadConfig } from '../config.ts'\n`
    expect(found('src/cli/context.ts', type)).toEqual([])
    expect(found('src/main/commands/command.ts', value)).toEqual([])
    expect(found('src/cli/context.ts', value)).toEqual([
      'error src/cli/context.ts: takes more than a type from the configuration',
    ])
  })
})
