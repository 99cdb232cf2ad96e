/** Spent quotas, slow upstreams and malformed settings are found; the doctor also runs in the server and on repeat. */
import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { startGateway } from '../support/gateway.ts'
import { chatCompletion, jsonReply, startMockUpstream } from '../support/mock/mock-upstream.ts'
import { environmentFor, runCli } from '../support/processes/gateway-process.ts'
import { waitFor } from '../support/waiting.ts'
import { doctor, shell } from './rig.ts'

test('QUO-1 finds the spent quota with its figures, and the line it prints raises it', async () => {
  const gateway = await startGateway()
  using pasting = shell()
  const env = environmentFor(gateway.dataDir, { PORT: String(gateway.port) })
  const ask = () =>
    gateway.chat({
      model: 'demo/echo',
      messages: [{ role: 'user', content: 'Hi' }],
      max_tokens: 40,
    })
  try {
    await gateway.cli(['quota', 'set', 'default', '100'])
    await waitFor('the quota to be spent', async () => (await ask()).status === 429, 20_000)
    const { error } = (await (await ask()).json()) as { error: { doctor: string } }
    expect(error.doctor).toBe('QUO-1')

    const args = ['--user', 'default', '--tokens', '100']
    const ill = await doctor(env, 'QUO-1', { args })
    expect(ill.exitCode).toBe(1)
    const { evidence, commands } = ill.found('quo.spent')
    expect(evidence.quota).toBe(100)
    expect(Number(evidence.used)).toBeGreaterThan(0)
    const [raise = ''] = commands
    await pasting.paste([raise], env)
    const well = await doctor(env, 'QUO-1', { args })
    expect([well.codes, well.exitCode]).toEqual([['quo.fits'], 0])
    const answered = await waitFor('the quota to count', async () => {
      const reply = await ask()
      return reply.status === 200 ? reply : null
    })
    const id = answered.headers.get('x-request-id') ?? ''
    await gateway.usageRow(id)
    const replayed = await doctor(env, 'QUO-1', { args: ['--request', id] })
    expect(replayed.codes).toEqual(['quo.record', 'quo.fits'])

    gateway.database().run('UPDATE usage_monthly SET total_tokens = 1')
    const sums = await doctor(env, 'QUO-1')
    expect(sums.exitCode).toBe(0)
    await pasting.paste(sums.found('quo.sums').commands, env)
    expect((await doctor(env, 'QUO-1')).codes).toEqual(['quo.ok'])
    expect((await doctor(env, 'QUO-1', { args: ['--user', 'nobody'] })).codes).toEqual([
      'quo.no-user',
    ])
  } finally {
    await gateway.stop()
  }
})

test('SLOW-1 finds the slow upstream by its first token, and disabling it fixes it', async () => {
  const [slow, fast] = [await startMockUpstream(), await startMockUpstream()]
  const gateway = await startGateway({
    upstreams: [
      { name: 'slow', baseUrl: slow.url, weight: 1000 },
      { name: 'fast', baseUrl: fast.url, weight: 1 },
    ],
  })
  using pasting = shell()
  const env = environmentFor(gateway.dataDir, { PORT: String(gateway.port) })
  slow.script(() => [{ waitMs: 2_600 }, ...jsonReply(200, chatCompletion('late'))])
  const ask = async () => {
    const messages = [{ role: 'user', content: 'Hi' }]
    const reply = await gateway.chat({ model: 'gpt-4o-mini', messages })
    await reply.text()
    await gateway.usageRow(reply.headers.get('x-request-id') ?? '')
    return reply.headers.get('x-gpt-proxy-upstream')
  }
  try {
    expect(await ask()).toBe('slow')
    const ill = await doctor(env, 'SLOW-1')
    const { commands, evidence, verdict } = ill.found('slow.upstream')
    expect([verdict, evidence.upstream]).toEqual(['warning', 'slow'])
    expect(Number(evidence.ms)).toBeGreaterThan(2_500)
    await pasting.paste(commands, env)
    await waitFor('the other key to serve', async () => (await ask()) === 'fast', 20_000)
    const well = await doctor(env, 'SLOW-1')
    expect(well.codes).not.toContain('slow.upstream')
    expect(well.found('slow.ok').evidence.firstTokenMs).toBeLessThan(2_000)
  } finally {
    await gateway.stop()
    await slow.close()
    await fast.close()
  }
})

test('an invalid configuration is reported, and the other checks continue', async () => {
  using data = shell()
  const env = environmentFor(join(data.folder, 'data'), {
    PORT: 'http',
    DATABASE_URL: 'mysql://root:hidden-word-77@127.0.0.1/x',
    RATE_LIMIT_KEY_RPM: 'many',
    LOG_LEVLE: 'info',
  })
  const { exitCode, stdout, stderr } = await runCli(['doctor', '--json', '--lang', 'zh'], env)
  expect([exitCode, stderr]).toEqual([1, ''])
  expect(stdout).not.toContain('hidden-word-77')
  const report = JSON.parse(stdout) as {
    language: string
    checks: { id: string; findings: { code: string; evidence: { variable?: string } }[] }[]
  }
  expect(report.language).toBe('zh')
  const told = report.checks.flatMap(({ id, findings }) =>
    findings.filter(({ code }) => code === 'config').map(({ evidence }) => [id, evidence.variable]),
  )
  expect(told).toEqual([
    ['LIM-1', 'RATE_LIMIT_KEY_RPM'],
    ['DB-1', 'DATABASE_URL'],
    ['NGX-1', 'PORT'],
    ['SLOW-1', 'LOG_LEVLE'],
  ])
})

test('the server runs the doctor for an admin, and no temporary key remains', async () => {
  const gateway = await startGateway()
  try {
    const ask = (query: string) =>
      fetch(`${gateway.origin}/admin/v1/doctor${query}`, {
        headers: { authorization: `Bearer ${gateway.adminKey}` },
      })
    const reply = await ask('?lang=zh')
    expect(reply.status).toBe(200)
    const report = (await reply.json()) as {
      verdict: string
      checks: { id: string; verdict: string }[]
    }
    expect(report.checks).toHaveLength(9)
    expect(report.checks.filter(({ verdict }) => verdict === 'failure')).toEqual([])
    expect((await ask('?only=SSE-2')).status).toBe(400)
    using database = gateway.database()
    const left = database.query(
      "SELECT count(*) AS many FROM api_keys WHERE name = 'doctor' AND status = 'active'",
    )
    expect(left.get()).toEqual({ many: 0 })
  } finally {
    await gateway.stop()
  }
})

test('watching continues until it is stopped', async () => {
  const gateway = await startGateway()
  const env = environmentFor(gateway.dataDir, { PORT: String(gateway.port) })
  const main = join(import.meta.dir, '../../src/main.ts')
  const child = Bun.spawn([process.execPath, main, 'doctor', '--only', 'NGX-1', '--watch', '1'], {
    env,
    stdout: 'pipe',
  })
  try {
    let written = ''
    const decoder = new TextDecoder()
    for await (const part of child.stdout) {
      written += decoder.decode(part, { stream: true })
      if (written.split('NGX-1').length > 2) child.kill('SIGINT')
    }
    expect(await child.exited).toBe(0)
    expect(written.split('NGX-1').length).toBeGreaterThan(2)
  } finally {
    await gateway.stop()
  }
})
