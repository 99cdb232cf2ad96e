/** The real nginx with the shipped site: only its paths, ports and instances are put in their places. */
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SEARCHED } from '../../scripts/needed-programs.ts'
import { makeCertificates } from '../support/mock/certificates.ts'
import { waitFor } from '../support/waiting.ts'

const ROOT = join(import.meta.dir, '../..')
export const SITE = join(ROOT, 'deploy/nginx/conf.d/default.conf')

export interface Nginx {
  httpPort: number
  httpsPort: number
  folder: string
  authorityFile: string
  pid: number
  /** The file that has a line for each request. */
  accessLog: string
  errorLog(): string
  /** `nginx -t` on the same files. */
  check(): string
  stop(): Promise<void>
}

/** `instances` are ports on this machine. */
export async function startNginx(instances: readonly number[]): Promise<Nginx> {
  const folder = mkdtempSync(join(tmpdir(), 'gpt-proxy-nginx-'))
  chmodSync(folder, 0o755)
  for (const name of ['ssl', 'conf.d', 'certbot', 'cache', 'temp'])
    mkdirSync(join(folder, name), { mode: 0o777 })
  const certificates = makeCertificates()
  writeFileSync(join(folder, 'ssl/fullchain.pem'), certificates.valid.cert)
  writeFileSync(join(folder, 'ssl/privkey.pem'), certificates.valid.key)
  const [httpPort, httpsPort] = [await freePort(), await freePort()]
  writeFileSync(
    join(folder, 'conf.d/default.conf'),
    placed(readFileSync(SITE, 'utf8'), { folder, httpPort, httpsPort, instances }),
  )
  writeFileSync(join(folder, 'nginx.conf'), surroundings(folder))
  const command = [Bun.which('nginx', { PATH: SEARCHED }) ?? 'nginx', '-p', folder]
  const files = ['-c', join(folder, 'nginx.conf'), '-e', join(folder, 'error.log')]
  const child = Bun.spawn([...command, ...files, '-g', 'daemon off;'], {
    stdin: 'ignore',
    stdout: 'ignore',
    stderr: 'ignore',
  })
  const read = (name: string) => readFileSync(join(folder, name), 'utf8')
  await waitFor('nginx to listen', async () => {
    if (child.exitCode !== null) throw new Error(`nginx did not start: ${read('error.log')}`)
    return fetch(`http://127.0.0.1:${httpPort}/`, { redirect: 'manual' }).catch(() => null)
  })
  return {
    httpPort,
    httpsPort,
    folder,
    authorityFile: certificates.authorityFile,
    pid: child.pid,
    accessLog: join(folder, 'access.log'),
    errorLog: () => read('error.log'),
    check: () => Bun.spawnSync([...command, ...files, '-t']).stderr.toString(),
    async stop() {
      child.kill('SIGTERM')
      await child.exited
      certificates.remove()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

interface Places {
  folder: string
  httpPort: number
  httpsPort: number
  instances: readonly number[]
}

function placed(site: string, { folder, httpPort, httpsPort, instances }: Places): string {
  const replace = (text: string, pattern: RegExp, by: string | ((line: string) => string)) => {
    if (!pattern.test(text)) throw new Error(`the site has no ${pattern} any more`)
    return typeof by === 'string' ? text.replace(pattern, by) : text.replace(pattern, by)
  }
  let text = replace(site, /^\s*listen \[::\].*\n/gm, '')
  text = replace(text, /listen 80\b/g, `listen 127.0.0.1:${httpPort}`)
  text = replace(text, /listen 443\b/g, `listen 127.0.0.1:${httpsPort}`)
  text = replace(text, /^ *server api:8000 .*$/m, (line) =>
    instances.map((port) => line.replace('api:8000', `127.0.0.1:${port}`)).join('\n'),
  )
  text = replace(text, /\/etc\/nginx\/ssl/g, `${folder}/ssl`)
  text = replace(text, /\/var\/www\/certbot/g, `${folder}/certbot`)
  text = replace(text, /\/var\/cache\/nginx\/gpt-proxy/g, `${folder}/cache`)
  return replace(text, /\/var\/log\/nginx\/gpt-proxy\.log/g, `${folder}/access.log`)
}

/** What a distribution's nginx.conf has around the site. */
function surroundings(folder: string): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${folder}/temp/${name};`)
    .join(' ')
  return `worker_processes 2; pid ${folder}/nginx.pid; error_log ${folder}/error.log warn;
events { worker_connections 4096; }
http { ${temporary} include ${folder}/conf.d/*.conf; }
`
}

export async function freePort(): Promise<number> {
  const server = createServer()
  const { promise, resolve } = Promise.withResolvers<number>()
  server.listen(0, '127.0.0.1', () => {
    const address = server.address()
    resolve(typeof address === 'object' && address !== null ? address.port : 0)
  })
  const port = await promise
  const closed = Promise.withResolvers<void>()
  server.close(() => closed.resolve())
  await closed.promise
  return port
}
