/** Our histogram reports the same as prom-client's for the same values. */
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { Histogram, Registry } from 'prom-client'
import { createHistogram } from './histogram.ts'

const BOUNDS = [0.01, 0.1, 1]

test('its exposition equals that of the library, whatever is observed', async () => {
  const label = fc.constantFrom('chat', 'embeddings')
  const value = fc.oneof(fc.constantFrom(0, ...BOUNDS), fc.double({ min: 0, max: 5, noNaN: true }))
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(label, value), { minLength: 1 }), async (observed) => {
      const described = { name: 'seconds', help: 'How long' }
      const theirs = new Registry()
      const reference = new Histogram({
        ...described,
        labelNames: ['endpoint'],
        buckets: BOUNDS,
        registers: [theirs],
      })
      const ours = new Registry()
      const histogram = createHistogram({ ...described, label: 'endpoint', bounds: BOUNDS })
      ours.registerMetric(histogram.metric)
      for (const [endpoint, seconds] of observed) {
        reference.observe({ endpoint }, seconds)
        histogram.observe(endpoint, seconds)
      }
      expect(await ours.metrics()).toBe(await theirs.metrics())
    }),
    { numRuns: 50 },
  )
})
