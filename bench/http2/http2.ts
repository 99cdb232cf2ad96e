/**
 * HTTP/2 against HTTP/1.1 to an upstream over TLS: CPU a request, and what aborts and cuts look like
 * (only the latter with `--faults`).
 * Trust is fixed when a process starts, so the measuring part runs as a child (`http2-client.ts`).
 */
import { join } from 'node:path'
import { makeCertificate } from '../rig/certificate.ts'
import { startNginx } from '../rig/nginx.ts'
import { CHAT_REPLY } from '../rig/replies.ts'
import type { Http2Task } from './http2-client.ts'

const PORT_H2 = 19443
const PORT_H1 = 19444

const certificate = makeCertificate()
const tls = (port: number, extra: string) => `server {
  listen 127.0.0.1:${port} ssl${extra} backlog=4096;
  ssl_certificate FOLDER/cert.pem; ssl_certificate_key FOLDER/key.pem;
  location /slow { default_type text/plain; limit_rate 20000; alias FOLDER/slow.txt; }
  location / { default_type application/json; return 200 '${CHAT_REPLY}'; }
}`

await using stack = new AsyncDisposableStack()
stack.defer(() => certificate.remove())
const nginx = await startNginx(`${tls(PORT_H2, ' http2')} ${tls(PORT_H1, '')}`, {
  'cert.pem': certificate.cert,
  'key.pem': certificate.key,
  'slow.txt': 'x'.repeat(60_000),
})
stack.defer(() => nginx.stop())

const task: Http2Task = {
  both: `https://127.0.0.1:${PORT_H2}`,
  onlyHttp1: `https://127.0.0.1:${PORT_H1}`,
  nginxPid: nginx.workerPid,
  key: certificate.key,
  cert: certificate.cert,
  faultsOnly: process.argv.includes('--faults'),
}
const program = join(import.meta.dir, 'http2-client.ts')
const client = Bun.spawn([process.execPath, program, JSON.stringify(task)], {
  env: { NODE_EXTRA_CA_CERTS: certificate.certFile, BUN_CONFIG_MAX_HTTP_REQUESTS: '20000' },
  stdout: 'inherit',
  stderr: 'inherit',
})
process.exitCode = await client.exited
