/** The documents match the code: stages, imports, paths, errors, variables, routes, commands, exit codes. */
import { describe, expect, test } from 'bun:test'
import { existsSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Glob } from 'bun'
import type { Command } from 'commander'
import { cliReference, REFERENCES } from '../../scripts/cli-reference.ts'
import { CONFIGURATION_REFERENCES, withReference } from '../../scripts/configuration-reference.ts'
import { mayImport } from '../../scripts/cruise.ts'
import { IMPORT_EXCEPTIONS } from '../../scripts/import-exceptions.ts'
import { TRANSLATION_DOCUMENTS, withTables } from '../../scripts/translation-reference.ts'
import { EXIT_CODE_HELP, EXIT_CODES } from '../../src/cli/exit-codes.ts'
import { buildProgram } from '../../src/cli/program.ts'
import { SECRETS, VARIABLES } from '../../src/config/variables.ts'
import { ERROR_CATALOGUE } from '../../src/core/errors.ts'
import { ROUTES } from '../../src/http/app.ts'
import { DEMO_MODELS } from '../../src/providers/demo/models.ts'

const ROOT = join(import.meta.dir, '../..')
const read = (path: string) => Bun.file(join(ROOT, path)).text()

/** The cells of a table in `document` whose first heading is `first`. */
async function table(document: string, first: string, which = 0): Promise<string[][]> {
  const parts = (await read(document)).split(/\n(?!\|)/).map((part) => part.trim())
  const rows = parts.filter((part) => part.startsWith(`| ${first} |`))[which]?.split('\n')
  if (rows === undefined) throw new Error(`${document} has no table of '${first}'`)
  return rows.slice(2).map((row) =>
    row
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  )
}

const bare = (cell: string | undefined) => (cell ?? '').replaceAll('`', '')
const firstColumn = async (document: string, first: string, which = 0) =>
  (await table(document, first, which)).map(([cell]) => bare(cell))

describe('docs/errors.md', () => {
  test('lists exactly the errors of the catalogue, each with a remedy', async () => {
    const rows = await table('docs/errors.md', 'code')
    const documented = rows.map(([code, status, type, blame, doctor]) => [
      bare(code),
      {
        status: Number(status),
        type,
        blame,
        ...(doctor !== '-' && { doctor: bare(doctor) }),
      },
    ])
    expect(documented).toEqual(
      Object.entries(ERROR_CATALOGUE).map(([code, entry]) => [code, entry]),
    )
    for (const [, , , , , remedy] of rows) expect(remedy?.length).toBeGreaterThan(10)
  })
})

describe('docs/configuration.md', () => {
  // Regenerate with: npx bun scripts/configuration-reference.ts
  test.each(CONFIGURATION_REFERENCES)('%s has the table that the code makes', async (path) => {
    const text = await read(path)
    expect(text).toBe(withReference(path, text))
  })

  test('describes each variable once, in both languages', async () => {
    const rows = await table('docs/configuration.md', 'variable')
    expect(rows.map(([name]) => bare(name))).toEqual(Object.keys(VARIABLES))
    expect(rows.find(([name]) => bare(name) === 'PORT')).toEqual([
      '`PORT`',
      '`8000`',
      'port to listen on; 0 picks a free one',
    ])
  })

  test('lists exactly the secrets that can come from files', async () => {
    const items = (await read('docs/configuration.md')).matchAll(/^- `(\w+)`$/gm)
    expect([...items].map(([, name]) => name ?? '')).toEqual([...SECRETS])
  })
})

describe('ARCHITECTURE.md', () => {
  test('shows the stages that serve.ts calls, in their order', async () => {
    const serve = await read('src/pipeline/serve.ts')
    // A stage is a file with its verb's name, or a folder with such a file.
    const verbs = [...serve.matchAll(/from '\.\/(?:(\w+)\/\1|(\w+))\.ts'$/gm)].map(
      ([, folder, file]) => folder ?? file ?? '',
    )
    const body = serve.slice(serve.indexOf('export async function serve('))
    const calls = [...body.matchAll(/\b(\w+)\(/g)].map(([, name]) => name ?? '')
    const called = calls.filter((name) => verbs.includes(name))
    const diagram = (await read('ARCHITECTURE.md')).split('```')[1] ?? ''
    const shown = [...diagram.matchAll(/^ ([a-z]+) [─◄]/gm)].map(([, stage]) => stage ?? '')
    expect(called.length).toBeGreaterThan(5)
    expect(shown).toEqual(called)
    for (const stage of shown) expect(diagram).toContain(`${stage}.ts`)
  })

  test('has the import table that is enforced', async () => {
    const rows = await table('ARCHITECTURE.md', 'layer')
    const layers = rows.map(([layer]) => bare(layer))
    const folders = readdirSync(join(ROOT, 'src'), { withFileTypes: true })
    expect(layers.toSorted()).toEqual(
      folders
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => name)
        .sort(),
    )
    for (const [cell, allowed = ''] of rows) {
      const layer = bare(cell)
      if (layer === 'main') continue
      const rule = layer === 'adapters' ? 'adapters-sql' : layer
      const enforced = layers.filter((other) => other !== layer && mayImport(rule, other))
      const named = [...allowed.matchAll(/`(\w+)`/g)].map(([, name]) => name ?? '')
      expect([layer, ...named.toSorted()]).toEqual([layer, ...enforced.toSorted()])
    }
  })

  test('names the exceptions from it', async () => {
    const rows = await table('ARCHITECTURE.md', 'file')
    expect(rows.map(([from, to]) => [bare(from), bare(to)])).toEqual(
      IMPORT_EXCEPTIONS.map(({ from, to }) => [from, to]),
    )
  })
})

describe('README.md', () => {
  test('has the two commands to the letter', async () => {
    const blocks = [...(await read('README.md')).matchAll(/```sh\n(.*?)```/gs)].map(
      ([, text]) => text,
    )
    expect(blocks).toContain('npm ci && npm start\n')
    expect(blocks).toContain('npm ci && npm test\n')
  })

  test('lists exactly the routes and what each needs', async () => {
    const needs = { proxy_key: 'a proxy key', open: 'nothing', admin_key: 'a key of an admin' }
    const rows = await table('README.md', 'route')
    expect(rows.map(([route, need]) => [bare(route), need])).toEqual(
      ROUTES.map(({ method, path, who }) => [`${method} ${path}`, needs[who]]),
    )
  })

  test('lists exactly the demo models', async () => {
    expect(await firstColumn('README.md', 'model')).toEqual([...DEMO_MODELS])
  })

  test('lists exactly the commands', async () => {
    const commands = leavesOf(program(), [])
    const documented = await firstColumn('README.md', 'command')
    expect(documented.toSorted()).toEqual(commands.toSorted())
  })

  test('lists exactly the exit codes, as the help does', async () => {
    const rows = await table('README.md', 'exit code')
    expect(rows.map(([code]) => Number(bare(code)))).toEqual(Object.values(EXIT_CODES))
    for (const [code, meaning] of rows)
      expect(EXIT_CODE_HELP).toContain(`  ${bare(code)}  ${meaning}`)
  })
})

const DOCUMENTS = ['*.md', 'docs/**/*.md'].flatMap((glob) => [...new Glob(glob).scanSync(ROOT)])

test.each(DOCUMENTS)('the files that %s names are there', async (document) => {
  const text = await read(document)
  const links = [...text.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, path]) =>
    join(dirname(document), path ?? ''),
  )
  const paths = [
    ...text.matchAll(/`((?:src|test|scripts|bench|docs|bin|deploy)\/[\w./-]*|[\w.-]+\.md)`/g),
  ].map(([, path]) => path ?? '')
  const missing = [...links, ...paths].filter((path) => !existsSync(join(ROOT, path)))
  expect(missing).toEqual([])
})

function program(): Command {
  const unused = () => {
    throw new Error('the names of commands need nothing')
  }
  return buildProgram({
    version: '0',
    command: 'gpt-proxy',
    server: null,
    openNewStore: unused,
    backup: unused,
    restore: unused,
    config: unused,
    settings: unused,
    copyStore: unused,
    importPredecessor: unused,
    openAdmin: unused,
    prepare: unused,
    firstKeysSeen: unused,
    migrations: unused,
    serve: unused,
    gateway: unused,
    health: unused,
    doctor: unused,
    language: 'en',
    secretFromVariable: unused,
    writeOut: unused,
    writeError: unused,
    readInput: unused,
    readFile: unused,
    isTerminal: false,
    terminalWidth: null,
    colours: false,
    showsToTerminal: false,
  })
}

function leavesOf(command: Command, path: string[]): string[] {
  if (command.commands.length === 0) return [path.join(' ')]
  return command.commands.flatMap((child) => leavesOf(child, [...path, child.name()]))
}

test.each(REFERENCES)('%s is what the commands say of themselves', async (path) => {
  // Regenerate with: npx bun scripts/cli-reference.ts
  expect(await read(path)).toBe(cliReference(path))
})

test.each(TRANSLATION_DOCUMENTS)('%s has the tables that the translations make', async (path) => {
  // Made again by: npx bun scripts/translation-reference.ts
  const text = await read(path)
  expect(text).toBe(withTables(path, text))
})
