/** Lets a running process's calls to the system fail, for chosen files, by strace. */

export interface FailingCalls {
  stop(): Promise<void>
}

/** False where this system has no strace or doesn't let us use it; who asks must say so. */
export function mayInject(): boolean {
  const child = Bun.spawnSync(['sh', '-c', 'strace -qq -e trace=none -o /dev/null true'])
  return child.exitCode === 0
}

/** Resolves once calls fail. */
export async function failCalls(
  pid: number,
  calls: string,
  code: string,
  paths: readonly string[],
): Promise<FailingCalls> {
  const child = Bun.spawn(
    [
      ...['strace', '-f', '-p', String(pid), '-o', '/dev/null'],
      ...paths.flatMap((path) => ['-P', path]),
      ...['-e', `trace=${calls}`, '-e', `inject=${calls}:error=${code}`],
    ],
    { stdin: 'ignore', stdout: 'ignore', stderr: 'pipe' },
  )
  const reader = child.stderr.getReader()
  const decoder = new TextDecoder()
  let said = ''
  while (!said.includes('attached')) {
    const { value, done } = await reader.read()
    if (done) throw new Error(`strace: ${said}`)
    said += decoder.decode(value, { stream: true })
  }
  void drained(reader)
  return {
    async stop() {
      child.kill('SIGINT')
      await child.exited
    },
  }
}

async function drained(reader: { read(): Promise<{ done: boolean }> }): Promise<void> {
  while (!(await reader.read()).done);
}
