/** Every command line of ours in the documents names a command and options that exist. */
import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { Glob } from 'bun'
import { cliReference } from '../../scripts/cli-reference.ts'

const ROOT = join(import.meta.dir, '../..')
/** Command → its options, as its own help names them. */
const commands = new Map(
  cliReference('docs/cli.md')
    .split(/^## /m)
    .slice(1)
    .map((section): [string, Set<string>] => [
      section.split('\n')[0] ?? '',
      new Set(
        [...section.matchAll(/^ {2}(?:-\w, )?(--[\w-]+)/gm)].map(([, option = '']) => option),
      ),
    ]),
)
const documents = ['*.md', 'docs/**/*.md'].flatMap((each) => [...new Glob(each).scanSync(ROOT)])

/** From the program's name to the end of the line, a pipe, a redirection or a quote that encloses it all. */
const CALL = /(?:^|[\s`(])(?:bin\/)?gpt-proxy((?: +[^\s|><;&`)]+)+)/gm

function problemIn(call: string): string | null {
  const words = call.trim().split(/ +/)
  const name = [words.slice(0, 2).join(' '), words[0] ?? ''].find((each) => commands.has(each))
  if (name === undefined) {
    const group = [...commands.keys()].some((each) => each.startsWith(`${words[0]} `))
    return group || (words[0] ?? '').startsWith('-') ? null : `no command: gpt-proxy ${call.trim()}`
  }
  const unknown = words.find(
    (word) => word.startsWith('--') && !commands.get(name)?.has(word.split('=')[0] ?? ''),
  )
  return unknown === undefined ? null : `no option ${unknown}: gpt-proxy ${call.trim()}`
}

test.each(documents)('%s', async (path) => {
  const text = await Bun.file(join(ROOT, path)).text()
  const fenced = [...text.matchAll(/^[ ]*```(?:sh|bash|console)\n(.*?)^[ ]*```/gms)].map(
    ([, body]) => body,
  )
  const inline = [...text.matchAll(/`((?:bin\/)?gpt-proxy [^`]+)`/g)].map(([, body]) => body)
  const calls = [...fenced, ...inline].flatMap((body = '') => {
    const joined = body.replace(/\\\n\s*/g, ' ').replace(/#.*$/gm, '')
    return [...joined.matchAll(CALL)].map(([, call = '']) => call)
  })
  expect(calls.map(problemIn).filter((problem) => problem !== null)).toEqual([])
})
