/** Starts nginx with a configuration of our own, in a temporary folder; installs it where apt-get can. */
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { waitFor } from '../../test/support/waiting.ts'
import { ensureProgram } from './programs.ts'

export interface Nginx {
  /** The process that does the work. */
  workerPid: number
  /** That one and its parent. */
  pids: readonly number[]
  folder: string
  stop(): Promise<void>
}

/** `http` is the content of `http { … }`; `FOLDER` in it becomes the temporary folder, which gets `files`. */
export async function startNginx(http: string, files: Record<string, string> = {}): Promise<Nginx> {
  const nginx = ensureProgram('nginx', 'nginx-light')
  const folder = mkdtempSync(join(tmpdir(), 'gpt-proxy-bench-nginx-'))
  // The worker may run as another user.
  chmodSync(folder, 0o755)
  const config = join(folder, 'nginx.conf')
  await Bun.write(config, configuration(folder, http))
  for (const [name, content] of Object.entries(files)) await Bun.write(join(folder, name), content)
  const child = Bun.spawn([nginx, '-p', folder, '-c', config, '-e', join(folder, 'error.log')], {
    stdin: 'ignore',
    // Not inherited: a reader of our output would wait for nginx as well.
    stdout: 'ignore',
    stderr: 'inherit',
  })
  const workerPid = await waitFor('the nginx worker', () => {
    if (child.exitCode !== null) throw new Error(`nginx: exit ${child.exitCode}`)
    return childOf(child.pid)
  })
  return {
    workerPid,
    pids: [child.pid, workerPid],
    folder,
    async stop() {
      child.kill('SIGTERM')
      await child.exited
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function configuration(folder: string, http: string): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  )
  return `daemon off; worker_processes 1; pid ${folder}/nginx.pid; error_log ${folder}/error.log warn;
worker_rlimit_nofile 20000;
events { worker_connections 16384; }
http {
  access_log off; keepalive_timeout 3600; keepalive_requests 100000000;
  ${temporary.join(' ')}
  ${http.replaceAll('FOLDER', folder)}
}
`
}

function childOf(pid: number): number | null {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
  return children === '' ? null : Number(children.split(' ')[0])
}
