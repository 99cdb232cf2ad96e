/** The dashboard and the alert rules ask only for metrics that the gateway has. */
import { expect, test } from 'bun:test'
import { createPrometheusMetrics } from '../../src/adapters/metrics/prometheus.ts'

interface Dashboard {
  uid: string
  panels: { id: number; title: string; targets: { expr: string; refId: string }[] }[]
}
interface Rules {
  groups: { rules: { alert: string; expr: string; annotations: Record<string, string> }[] }[]
}

const dashboard = (await Bun.file('deploy/grafana/dashboard.json').json()) as Dashboard
const rules = Bun.YAML.parse(await Bun.file('deploy/grafana/alerts.yaml').text()) as Rules
const alerts = rules.groups.flatMap((group) => group.rules)

async function exposed(): Promise<Set<string>> {
  const metrics = createPrometheusMetrics('1.2.3')
  metrics.watchJournal(() => ({
    state: 'healthy',
    waitingRecords: 0,
    oldestWaitingMs: 0,
    bytes: 0,
    syncFailures: 0,
    refused: 0,
    damaged: 0,
  }))
  metrics.watchUpstreams(() => [{ name: 'main', provider: 'openai', state: 'healthy' }])
  const text = await metrics.exposition()
  return new Set([...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name as string))
}

const named = (expr: string) =>
  [...expr.matchAll(/gpt_proxy_\w+/g)].map(([name]) => name.replace(/_(bucket|sum|count)$/, ''))

test('each panel uses an existing metric and has a unique id', async () => {
  const known = await exposed()
  const exprs = dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr))
  expect(exprs.length).toBeGreaterThan(9)
  for (const expr of exprs) {
    expect(named(expr).length).toBeGreaterThan(0)
    for (const name of named(expr)) expect(known).toContain(name)
  }
  expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length)
})

test('each alert uses an existing metric and describes what to do', async () => {
  const known = await exposed()
  expect(alerts.length).toBeGreaterThan(5)
  for (const { expr, annotations } of alerts) {
    for (const name of named(expr)) expect(known).toContain(name)
    expect(annotations.summary).toBeTruthy()
    expect(annotations.description).toBeTruthy()
  }
})

test('parentheses and braces of every expression are balanced', () => {
  const exprs = [
    ...dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
    ...alerts.map(({ expr }) => expr),
  ]
  for (const expr of exprs)
    for (const [open, close] of ['()', '{}', '[]'])
      expect(expr.split(open as string).length).toBe(expr.split(close as string).length)
})

test('the version is a metric, and models beyond a hundred share one label', async () => {
  const metrics = createPrometheusMetrics('1.2.3')
  for (let number = 0; number < 150; number++)
    metrics.requestFinished({
      endpoint: 'chat/completions',
      status: 200,
      outcome: 'ok',
      durationMs: 10,
      firstTokenMs: 5,
      model: `model-${number}`,
      provider: 'openai',
      upstream: 'main',
      attempts: [],
      promptTokens: 1,
      completionTokens: 1,
    } as unknown as Parameters<typeof metrics.requestFinished>[0])
  const text = await metrics.exposition()
  expect(text).toContain('gpt_proxy_build_info{version="1.2.3"')
  const models = new Set([...text.matchAll(/model="([^"]+)"/g)].map(([, model]) => model))
  expect(models.size).toBe(101)
  expect(models).toContain('other')
})
