/** certbot and its renewal hook: certificates are installed where nginx reads them, or nothing is changed. */
import { afterAll, expect, test } from 'bun:test'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Certificate, makeCertificates } from '../support/mock/certificates.ts'
import { waitFor } from '../support/waiting.ts'
import { startAcme } from './acme.ts'
import { type Nginx, startNginx } from './nginx.ts'

const HOOK = join(import.meta.dir, '../../deploy/certbot/deploy-hook.sh')
const folder = mkdtempSync(join(tmpdir(), 'gpt-proxy-certbot-'))
const certificates = makeCertificates()
afterAll(() => {
  certificates.remove()
  rmSync(folder, { recursive: true, force: true })
})

function lineage(name: string, { cert, key }: Certificate): string {
  const path = join(folder, name)
  mkdirSync(path)
  writeFileSync(join(path, 'fullchain.pem'), cert)
  writeFileSync(join(path, 'privkey.pem'), key)
  return path
}

function hook(env: Record<string, string>) {
  const { exitCode, stderr } = Bun.spawnSync([HOOK], {
    env: { PATH: process.env.PATH ?? '', ...env },
  })
  return { exitCode, said: stderr.toString() }
}

function shownBy({ httpsPort }: Nginx): string {
  const command = ['openssl', 's_client', '-connect', `127.0.0.1:${httpsPort}`]
  const { stdout } = Bun.spawnSync(command, { stdin: 'ignore' })
  const [certificate] = /-----BEGIN CERTIFICATE-----[^-]*/.exec(stdout.toString()) ?? []
  if (certificate === undefined) throw new Error('nginx shows no certificate')
  return certificate
}

test('certbot gets a certificate through the shipped site, and renews it by its own', async () => {
  const nginx = await startNginx([1])
  const acme = await startAcme(nginx.httpPort)
  try {
    const made = shownBy(nginx)
    const hooked = { SSL_DIR: join(nginx.folder, 'ssl'), RELOAD: `kill -HUP ${nginx.pid}` }
    const webroot = ['--webroot', '-w', join(nginx.folder, 'certbot'), '-d', 'gateway.example.com']
    const account = ['--agree-tos', '--register-unsafely-without-email']
    const got = acme.certbot(['certonly', ...webroot, ...account, '--deploy-hook', HOOK], hooked)
    expect(got).toBeNull()
    await waitFor('the new certificate', () => shownBy(nginx) !== made)
    const first = shownBy(nginx)
    // The hook is not named again: certbot remembers it.
    expect(
      acme.certbot(['renew', '--force-renewal', '--no-random-sleep-on-renew'], hooked),
    ).toBeNull()
    await waitFor('the renewed certificate', () => shownBy(nginx) !== first)
  } finally {
    await acme.stop()
    await nginx.stop()
  }
}, 60_000)

test('a renewed certificate is what nginx shows after the hook, without a restart', async () => {
  const nginx = await startNginx([1])
  try {
    const renewed = certificates.wrongName
    expect(renewed.cert).not.toContain(shownBy(nginx))
    const SSL_DIR = join(nginx.folder, 'ssl')
    const ran = hook({
      RENEWED_LINEAGE: lineage('renewed', renewed),
      SSL_DIR,
      RELOAD: `kill -HUP ${nginx.pid}`,
    })
    expect(ran).toEqual({ exitCode: 0, said: '' })
    await waitFor('the new certificate', () => renewed.cert.includes(shownBy(nginx)))
    expect(statSync(join(SSL_DIR, 'privkey.pem')).mode & 0o777).toBe(0o600)
    expect(readdirSync(SSL_DIR).sort()).toEqual(['fullchain.pem', 'privkey.pem'])
  } finally {
    await nginx.stop()
  }
}, 60_000)

test('a key that does not belong to its certificate is kept away from nginx', () => {
  const mixed = { cert: certificates.valid.cert, key: certificates.wrongName.key }
  const SSL_DIR = join(folder, 'ssl')
  const ran = hook({ RENEWED_LINEAGE: lineage('mixed', mixed), SSL_DIR, RELOAD: 'false' })
  expect(ran.exitCode).toBe(1)
  expect(ran.said).toContain('do not belong together')
  expect(existsSync(SSL_DIR)).toBe(false)
})

test('without its variables it names the missing ones', () => {
  const ran = hook({})
  expect(ran.exitCode).not.toBe(0)
  expect(ran.said).toContain('RENEWED_LINEAGE=')
  expect(readFileSync(HOOK, 'utf8')).toStartWith('#!/bin/sh\n')
})
