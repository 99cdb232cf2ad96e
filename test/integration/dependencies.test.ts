/** Packages of `npm ci` are pinned, checked by digest, and run no install script except the one that is needed. */
import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

interface Locked {
  version: string
  integrity?: string
  /** A folder of this repository. */
  link?: boolean
  resolved?: string
  /** Comes inside of another package, whose digest holds for it. */
  inBundle?: boolean
  hasInstallScript?: boolean
  dev?: boolean
  engines?: { node?: string }
  /** The processors that it is for; npm leaves it out on others. */
  cpu?: string[]
}

const ROOT = join(import.meta.dir, '../..')
const parsed = (name: string) => JSON.parse(readFileSync(join(ROOT, name), 'utf8'))
const own = parsed('package.json') as {
  allowScripts: Record<string, boolean>
  dependencies: Record<string, string>
  devDependencies: Record<string, string>
}
const { packages } = parsed('package-lock.json') as { packages: Record<string, Locked> }
const locked = fetched(packages)

/** What comes from the registry: not the folders of this repository. */
function fetched(packages: Record<string, Locked>): [path: string, package_: Locked][] {
  return Object.entries(packages).filter(
    ([path, { link }]) => path.includes('node_modules/') && !link,
  )
}

test.each(['.', 'test'])('each package of %s has one version and a digest', (folder) => {
  const { dependencies, devDependencies } = parsed(join(folder, 'package.json')) as typeof own
  const lock = parsed(join(folder, 'package-lock.json')) as { packages: Record<string, Locked> }
  const packages = fetched(lock.packages).filter(([, { inBundle }]) => !inBundle)
  expect(packages.length).toBeGreaterThan(100)
  const versions = Object.values({ ...dependencies, ...devDependencies })
  expect(versions.filter((each) => !/^(npm:[\w@/-]+@)?\d+\.\d+\.\d+$/.test(each))).toEqual([])
  expect(packages.filter(([, { integrity }]) => !integrity?.startsWith('sha512-'))).toEqual([])
})

// What only tests need asks for newer ones, and is apart for that reason too.
test('each package that npm ci installs runs on Node 20', () => {
  const refusing = locked.filter(([, { engines }]) => {
    const range = engines?.node ?? '*'
    return !range.split('||').some((part) => Bun.semver.satisfies('20.20.0', part.trim()))
  })
  expect(refusing.map(([path]) => path)).toEqual([])
})

// Half of what 0.1.0 brought: 534 MB.
test('npm ci installs less than 267 MB', async () => {
  const child = Bun.spawn(['du', '-sk', 'node_modules'], { cwd: ROOT, stdout: 'pipe' })
  const [kilobytes] = (await new Response(child.stdout).text()).split('\t')
  expect(await child.exited).toBe(0)
  expect(Number(kilobytes)).toBeGreaterThan(0)
  expect(Number(kilobytes) / 1024).toBeLessThan(267)
})

// Tailwind's package.json lacks it since 4.3.4, so npm would install 7 MB for StackBlitz everywhere.
test('packages for WebAssembly are marked in the lock file, so that npm leaves them out', () => {
  const packages = locked.filter(([path]) => /wasm32[^/]*$/.test(path))
  expect(packages.length).toBeGreaterThan(0)
  expect(packages.filter(([, { cpu }]) => cpu?.join() !== 'wasm32')).toEqual([])
})

// npm 12 runs no other scripts, and without its own the runtime is a stub that says so.
test("only the runtime's package may run an install script", () => {
  const withScript = locked.filter(([, { hasInstallScript }]) => hasInstallScript)
  const names = withScript.map(([path]) => path.replace('node_modules/', ''))
  expect(names.toSorted()).toEqual(Object.keys(own.allowScripts).toSorted())
  const allowed = names.filter((name) => own.allowScripts[name])
  expect(allowed).toEqual(['bun'])
})

interface Component {
  name: string
  version: string
  hashes?: unknown[]
  properties: { name: string }[]
}

test('npm run sbom lists every package with its digest, and marks optional ones', async () => {
  const child = Bun.spawn(['npm', 'run', '--silent', 'sbom'], { cwd: ROOT, stderr: 'pipe' })
  const { bomFormat, components: all } = (await new Response(child.stdout).json()) as {
    bomFormat: string
    components: Component[]
  }
  expect([await child.exited, bomFormat]).toEqual([0, 'CycloneDX'])
  const known = new Set(locked.map(([path]) => path.replace(/^.*node_modules\//, '')))
  const components = all.filter(({ name }) => known.has(name))
  expect(all.length - components.length).toBe(1)
  const bundled = new Set(
    locked
      .filter(([, { inBundle }]) => inBundle)
      .map(([path]) => path.replace(/^.*node_modules\//, '')),
  )
  const without = components.filter(({ name, hashes }) => !hashes?.length && !bundled.has(name))
  expect(without).toEqual([])
  const served = new Set(
    components
      .filter(({ properties }) => !properties.some(({ name }) => name.endsWith(':development')))
      .map(({ name, version }) => `${name}@${version}`),
  )
  const pinned = locked
    .filter(([, { dev }]) => !dev)
    .map(([path, { version }]) => `${path.replace(/^.*node_modules\//, '')}@${version}`)
  expect([...served].toSorted()).toEqual(pinned.toSorted())
})
