/** Certificates for the TLS faults, made by openssl in a temporary folder. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Certificate {
  key: string
  cert: string
}

export interface Certificates {
  /** For 127.0.0.1 and localhost, signed by our authority. */
  valid: Certificate
  /** The same, but it ended yesterday. */
  expired: Certificate
  /** For another name. */
  wrongName: Certificate
  /** Path of the authority's certificate, for NODE_EXTRA_CA_CERTS. */
  authorityFile: string
  remove(): void
}

const ALGORITHM = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
const HERE = 'IP:127.0.0.1,DNS:localhost'

export function makeCertificates(): Certificates {
  const folder = mkdtempSync(join(tmpdir(), 'gpt-proxy-certificates-'))
  const authority = join(folder, 'authority')
  openssl(
    'req',
    '-x509',
    ...ALGORITHM,
    '-subj',
    '/CN=Test authority',
    '-days',
    '2',
    ...files(authority),
  )
  const issue = (name: string, san: string, days: number) =>
    issued(join(folder, name), authority, san, days)
  return {
    valid: issue('valid', HERE, 2),
    expired: issue('expired', HERE, -1),
    wrongName: issue('wrong-name', 'DNS:elsewhere.example', 2),
    authorityFile: `${authority}.crt`,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

function issued(base: string, authority: string, san: string, days: number): Certificate {
  const request = `${base}.csr`
  const name = ['-subj', '/CN=mock', '-addext', `subjectAltName=${san}`]
  openssl('req', ...ALGORITHM, ...name, '-keyout', `${base}.key`, '-out', request)
  const signer = ['-CA', `${authority}.crt`, '-CAkey', `${authority}.key`, '-CAcreateserial']
  const terms = ['-copy_extensions', 'copy', '-days', String(days)]
  openssl('x509', '-req', '-in', request, ...signer, ...terms, '-out', `${base}.crt`)
  return { key: readFileSync(`${base}.key`, 'utf8'), cert: readFileSync(`${base}.crt`, 'utf8') }
}

function files(base: string): string[] {
  return ['-keyout', `${base}.key`, '-out', `${base}.crt`]
}

function openssl(...args: string[]): void {
  const { exitCode, stderr } = Bun.spawnSync(['openssl', ...args])
  if (exitCode !== 0) throw new Error(`openssl ${args.join(' ')}: ${stderr.toString()}`)
}
