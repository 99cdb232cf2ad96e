/** Names and keys as they come out of a clipboard: written in another way, masked, or with a variable's name. */
import { describe, expect, test } from 'bun:test'
import { cliFolder } from '../cli-folder.ts'

const COMPOSED = 'Ren\u00e9'
const DECOMPOSED = 'Rene\u0301'

test('a name that looks the same is the same, to create, to find and to rename', async () => {
  using folder = cliFolder()
  await folder.json(['user', 'create', COMPOSED])
  expect(await folder.cli(['user', 'create', DECOMPOSED])).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining('there is already a user'),
  })
  await folder.json(['user', 'create', 'bob'])
  expect(await folder.cli(['user', 'rename', 'bob', DECOMPOSED])).toMatchObject({ exitCode: 1 })
  expect(await folder.json(['user', 'rename', 'bob', `${DECOMPOSED}2`])).toMatchObject({
    username: `${COMPOSED}2`,
  })
  expect(await folder.json(['key', 'create', `${DECOMPOSED}2`])).toMatchObject({ user_id: 2 })
})

describe('an upstream key', () => {
  test.each(['OPENAI_API_KEY=sk-0123456789abcdef', 'sk-****cdef', 'sk-0123***'])(
    'is refused as %s',
    async (secret) => {
      using folder = cliFolder()
      const refused = await folder.cli(['upstream', 'add', 'main'], { stdin: secret })
      expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('NAME=KEY') })
      const imported = await folder.cli(['upstream', 'import', '--stdin'], {
        stdin: `sk-0123456789\n${secret}\n`,
      })
      expect(imported).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('line 2') })
    },
  )

  test.each(['********', 'QUJDREVGR0hJSktMTU5PUA==', 'sk-or-v1_a=b'])(
    'is accepted as %s',
    async (secret) => {
      using folder = cliFolder()
      expect(await folder.cli(['upstream', 'add', 'main'], { stdin: secret })).toMatchObject({
        exitCode: 0,
      })
    },
  )

  test("is refused if it is one of the gateway's own proxy keys", async () => {
    using folder = cliFolder()
    await folder.json(['user', 'create', 'alice'])
    const { key } = (await folder.json(['key', 'create', 'alice'])) as { key: string }
    const own = { exitCode: 2, stderr: expect.stringContaining('requests would come back to it') }
    for (const command of [
      ['add', 'self'],
      ['import', '--stdin'],
    ])
      expect(await folder.cli(['upstream', ...command], { stdin: key })).toMatchObject(own)
    await folder.cli(['upstream', 'add', 'main'], { stdin: 'sk-0123456789' })
    const update = ['upstream', 'update', 'main', '--key-stdin']
    expect(await folder.cli(update, { stdin: key })).toMatchObject(own)
  })
})
