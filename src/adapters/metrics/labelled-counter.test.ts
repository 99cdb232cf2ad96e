/** Counters with several labels report the same as prom-client's. */
import { expect, test } from 'bun:test'
import { Registry } from 'prom-client'
import { createLabelledCounter } from './labelled-counter.ts'

test('each combination of labels has its own count, shown as prom-client shows it', async () => {
  const registry = new Registry()
  const counter = createLabelledCounter({
    name: 'requests_total',
    help: 'Requests',
    labels: ['status', 'upstream'],
  })
  registry.registerMetric(counter.metric)
  counter.add(1, [200, 'one'])
  counter.add(1, [200, 'two "quoted"'])
  counter.add(2, [200, 'one'])
  counter.add(1, [502, 'one'])
  expect(await registry.metrics()).toBe(
    [
      '# HELP requests_total Requests',
      '# TYPE requests_total counter',
      'requests_total{status="200",upstream="one"} 3',
      'requests_total{status="200",upstream="two \\"quoted\\""} 1',
      'requests_total{status="502",upstream="one"} 1',
      '',
    ].join('\n'),
  )
})
