/** What Prometheus itself says of the alert rules and the dashboard. */
import { afterAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const PROMTOOL = Bun.which('promtool') ?? 'promtool'
const RULES = resolve('deploy/grafana/alerts.yaml')
const folder = mkdtempSync(join(tmpdir(), 'promtool-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function run(...args: string[]): { exitCode: number; said: string } {
  const { exitCode, stdout, stderr } = Bun.spawnSync([PROMTOOL, ...args])
  return { exitCode, said: `${stdout}${stderr}` }
}

/** JSON is YAML. */
function fileOf(name: string, content: unknown): string {
  const path = join(folder, name)
  writeFileSync(path, JSON.stringify(content))
  return path
}

/** Series from the first minute on, and the alerts that they set off after ten minutes. */
const CASES: readonly [alert: string, series: Record<string, string>][] = [
  ['GptProxyDown', { 'up{job="gpt-proxy", instance="a"}': '0x20' }],
  [
    'GptProxyUpstreamErrors',
    {
      'gpt_proxy_requests_total{outcome="ok"}': '0+90x20',
      'gpt_proxy_requests_total{outcome="upstream_error"}': '0+10x20',
    },
  ],
  ['GptProxyUpstreamKeyInvalid', { 'gpt_proxy_upstream_keys{state="invalid"}': '1x20' }],
  ['GptProxyNoHealthyUpstream', { 'gpt_proxy_upstream_keys{state="cooldown"}': '2x20' }],
]
const WELL = {
  'up{job="gpt-proxy", instance="a"}': '1x20',
  'gpt_proxy_requests_total{outcome="ok"}': '0+100x20',
  'gpt_proxy_upstream_keys{state="healthy"}': '2x20',
}

/** Whether the alert fires after ten minutes of these series. */
function fires(alert: string, series: Record<string, string>): boolean {
  const input = Object.entries(series).map(([name, values]) => ({ series: name, values }))
  const check = { alertname: alert, eval_time: '10m', exp_alerts: [] }
  const tests = [{ interval: '1m', input_series: input, alert_rule_test: [check] }]
  const { exitCode, said } = run(
    'test',
    'rules',
    fileOf('case.yaml', { rule_files: [RULES], tests }),
  )
  expect(said).not.toContain('failed to')
  return exitCode !== 0
}

describe('Prometheus', () => {
  test('accepts the alert rules', () => {
    const { exitCode, said } = run('check', 'rules', RULES)
    expect([exitCode, said]).toEqual([0, expect.stringContaining('SUCCESS')])
  })

  test('accepts every expression of the dashboard', async () => {
    const { panels } = (await Bun.file('deploy/grafana/dashboard.json').json()) as {
      panels: { targets: { expr: string }[] }[]
    }
    const rules = panels
      .flatMap(({ targets }) => targets)
      .map(({ expr }, at) => ({
        record: `panel_${at}`,
        expr: expr.replaceAll('$__rate_interval', '5m').replaceAll('$job', '.*'),
      }))
    const path = fileOf('dashboard.yaml', { groups: [{ name: 'dashboard', rules }] })
    const { exitCode, said } = run('check', 'rules', path)
    expect([exitCode, said]).toEqual([0, expect.stringContaining(`${rules.length} rules found`)])
  })

  test.each(CASES)('fires %s for what it describes, and not if all is well', (alert, series) => {
    expect(fires(alert, series)).toBe(true)
    expect(fires(alert, WELL)).toBe(false)
  })
})
