/** The programs that a measurement needs: found, or installed where this machine lets us. */

export function ensureProgram(name: string, debianPackage = name): string {
  const found = Bun.which(name)
  if (found !== null) return found
  if (process.getuid?.() === 0 && Bun.which('apt-get') !== null) {
    console.error(`installing ${debianPackage} by apt-get …`)
    // The lists of packages may be missing or old.
    run('apt-get', 'update', '-qq')
    run('apt-get', 'install', '-y', '-qq', '--no-install-recommends', debianPackage)
    const installed = Bun.which(name)
    if (installed !== null) return installed
  }
  throw new Error(
    `${name} is not installed. Install it (Debian: apt-get install ${debianPackage}) and run this again.`,
  )
}

function run(...command: string[]): void {
  const { exitCode, stderr } = Bun.spawnSync(command, {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    stdout: 'ignore',
    stderr: 'pipe',
  })
  if (exitCode !== 0)
    throw new Error(`${command.join(' ')}: exit ${exitCode}\n${stderr.toString()}`)
}
