/** Runs one script in several processes that wait for each other, so that their work truly overlaps. */

/** Each process is ready before any begins. Resolves with what each wrote to stdout; throws what any wrote to stderr. */
export async function race(
  processes: number,
  preparation: string,
  work: string,
): Promise<string[]> {
  const script = `
    ${preparation}
    process.stdout.write('ready')
    for await (const _ of Bun.stdin.stream()) break
    ${work}`
  const racers = Array.from({ length: processes }, () =>
    Bun.spawn([process.execPath, '-e', script], { stdin: 'pipe', stdout: 'pipe', stderr: 'pipe' }),
  )
  const outputs = racers.map((racer) => racer.stdout.getReader())
  for (const output of outputs) await output.read()
  for (const racer of racers) {
    racer.stdin.write('go')
    racer.stdin.end()
  }
  const faults = await Promise.all(racers.map((racer) => new Response(racer.stderr).text()))
  const failed = faults.find((fault) => fault !== '')
  if (failed !== undefined) throw new Error(failed)
  return Promise.all(outputs.map(rest))
}

async function rest(output: {
  read(): Promise<{ value?: Uint8Array | undefined }>
}): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  for (;;) {
    const { value } = await output.read()
    if (value === undefined) return text
    text += decoder.decode(value, { stream: true })
  }
}
