/** For TLS-1: the certificates of PUBLIC_URL and of the upstreams, as this machine sees them. */

import { isIP } from 'node:net'
import { checkServerIdentity, connect, type PeerCertificate, type TLSSocket } from 'node:tls'
import { allUpstreamKeys } from '../../admin/pages.ts'
import { withTimeout } from '../../core/time/with-timeout.ts'
import type { CertificateSeen, Measured, TlsEvidence } from '../../doctor/evidence.ts'
import { whyNot } from './ask.ts'
import type { DoctorSurroundings } from './surroundings.ts'

const PATIENCE_MS = 5_000
/** More than any real chain has. */
const MAX_CHAIN = 10

export async function probeCertificates(surroundings: DoctorSurroundings): Promise<TlsEvidence> {
  const { config, opened, proxyFor } = surroundings
  const rows = opened === null ? [] : await allUpstreamKeys(opened.store)
  const upstreams = rows.filter(({ state }) => state.status !== 'disabled')
  const origins = new Map<string, boolean>()
  for (const { baseUrl } of upstreams) origins.set(new URL(baseUrl).origin, true)
  if (config.publicUrl !== null) origins.set(new URL(config.publicUrl).origin, false)
  const secure = [...origins].filter(([origin]) => origin.startsWith('https:'))
  const hosts = secure.map(async ([origin, upstream]) => {
    const { hostname: name, port } = new URL(origin)
    const at = { host: `${name}:${port || 443}`, name, upstream }
    if (upstream && proxyFor(origin) !== null) return { ...at, seen: 'proxied' as const }
    return { ...at, seen: await certificateAt(name, Number(port || 443)) }
  })
  return { nowMs: Date.now(), publicUrl: config.publicUrl, hosts: await Promise.all(hosts) }
}

async function certificateAt(name: string, port: number): Promise<Measured<CertificateSeen>> {
  const host = name.replace(/^\[|\]$/g, '')
  const { promise, resolve, reject } = Promise.withResolvers<TLSSocket>()
  // Accepted here, because its faults are what the probe looks for.
  const socket = connect({
    host,
    port,
    rejectUnauthorized: false,
    ...(isIP(host) === 0 && { servername: host }),
  })
  socket.once('secureConnect', () => resolve(socket))
  socket.once('error', reject)
  try {
    const secured = await withTimeout(promise, PATIENCE_MS, 'no answer in time')
    return { ok: true, ...(await seenOn(secured, host)) }
  } catch (error) {
    return { ok: false, error: whyNot(error) }
  } finally {
    socket.destroy()
  }
}

async function seenOn(socket: TLSSocket, host: string): Promise<CertificateSeen> {
  const certificate = socket.getPeerCertificate(true)
  const misfit = checkServerIdentity(host, certificate)
  const why = socket.authorizationError
  const code = why instanceof Error && 'code' in why ? why.code : why
  const detail = why === null || why === undefined ? 'trusted' : String(code)
  return {
    // A wrong name is a separate finding.
    trusted: socket.authorized || /ALTNAME/.test(detail),
    detail,
    issuer: String(certificate.issuer?.O ?? certificate.issuer?.CN ?? 'nobody'),
    names: certificate.subjectaltname ?? String(certificate.subject?.CN ?? 'no name'),
    fitsName: misfit === undefined,
    fromMs: Date.parse(certificate.valid_from),
    untilMs: Date.parse(certificate.valid_to),
    chain: lengthOf(certificate),
    clockSkewS: await clockSkewS(socket, host),
  }
}

function lengthOf(certificate: PeerCertificate): number {
  const seen = new Set<string>()
  let at: PeerCertificate | undefined = certificate
  while (at?.raw !== undefined && !seen.has(at.fingerprint) && seen.size < MAX_CHAIN) {
    seen.add(at.fingerprint)
    at = (at as { issuerCertificate?: PeerCertificate }).issuerCertificate
  }
  return seen.size
}

/** From a reply's `date` header; null if no reply arrives. */
function clockSkewS(socket: TLSSocket, host: string): Promise<number | null> {
  const { promise, resolve } = Promise.withResolvers<number | null>()
  let read = ''
  socket.on('data', (piece: Buffer) => {
    read += piece.toString('latin1')
    const at = Date.parse(/^date: *(.+?)\r?$/im.exec(read)?.[1] ?? '')
    if (!Number.isNaN(at)) resolve(Math.round((at - Date.now()) / 1000))
    else if (read.includes('\r\n\r\n')) resolve(null)
  })
  socket.once('close', () => resolve(null))
  socket.once('error', () => resolve(null))
  socket.write(`HEAD / HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`)
  return withTimeout(promise, PATIENCE_MS / 2, 'no answer in time').catch(() => null)
}
