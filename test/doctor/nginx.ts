/** A real nginx with a test's own site, which can be edited and reloaded as an operator does. */
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { SEARCHED } from '../../scripts/needed-programs.ts'
import { freePort } from '../deploy/nginx.ts'
import { waitFor } from '../support/waiting.ts'

export interface Site {
  port: number
  folder: string
  /** Reads and writes the site's file. */
  text(): string
  write(site: string): void
  /** Of the shell: the program as it runs here. */
  program: string
  stop(): Promise<void>
}

/** `site` gets its port; TLS files are named `cert.pem` and `key.pem` in its folder. */
export async function startSite(
  site: (port: number, folder: string) => string,
  files: Record<string, string> = {},
): Promise<Site> {
  const folder = mkdtempSync(join(tmpdir(), 'gpt-proxy-doctor-nginx-'))
  chmodSync(folder, 0o755)
  mkdirSync(join(folder, 'temp'), { mode: 0o777 })
  const port = await freePort()
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  writeFileSync(join(folder, 'site.conf'), site(port, folder))
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${folder}/temp/${name};`)
    .join(' ')
  writeFileSync(
    join(folder, 'nginx.conf'),
    `worker_processes 1; pid ${folder}/nginx.pid; error_log ${folder}/error.log warn;
events { worker_connections 512; }
http { access_log off; ${temporary} include ${folder}/site.conf; }\n`,
  )
  const command = [
    Bun.which('nginx', { PATH: SEARCHED }) ?? 'nginx',
    ...['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', join(folder, 'error.log')],
  ]
  const child = Bun.spawn([...command, '-g', 'daemon off;'], {
    stdin: 'ignore',
    stdout: 'ignore',
    stderr: 'ignore',
  })
  await waitFor('nginx to listen', async () => {
    if (child.exitCode !== null)
      throw new Error(`nginx did not start: ${readFileSync(join(folder, 'error.log'), 'utf8')}`)
    return Bun.connect({ hostname: '127.0.0.1', port, socket: { data() {} } })
      .then((socket) => {
        socket.end()
        return true
      })
      .catch(() => null)
  })
  return {
    port,
    folder,
    text: () => readFileSync(join(folder, 'site.conf'), 'utf8'),
    write: (text) => writeFileSync(join(folder, 'site.conf'), text),
    program: `exec ${command.map((word) => `'${word}'`).join(' ')} "$@"`,
    async stop() {
      child.kill('SIGTERM')
      await child.exited
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
