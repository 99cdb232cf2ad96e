/** The state of each provider key and the running version, read on each scrape. */
import type { Registry } from 'prom-client'
import Gauge from 'prom-client/lib/gauge.js'

import type { UpstreamReading } from '../../usage/metrics.ts'

/** Upstreams above this number, more than a dashboard can show, are reported together. */
const MAX_UPSTREAMS = 500

export function upstreamGauges(registry: Registry, read: () => readonly UpstreamReading[]): void {
  const registers = [registry]
  new Gauge({
    name: 'gpt_proxy_upstream_key_up',
    help: '1 where the key gets requests, 0 where it cools down, is refused or is switched off',
    labelNames: ['upstream', 'provider', 'state'] as const,
    registers,
    collect() {
      this.reset()
      for (const { name, provider, state } of read().slice(0, MAX_UPSTREAMS))
        this.set({ upstream: name, provider, state }, state === 'healthy' ? 1 : 0)
    },
  })
  new Gauge({
    name: 'gpt_proxy_upstream_keys',
    help: 'Provider keys by their state',
    labelNames: ['state'] as const,
    registers,
    collect() {
      this.reset()
      for (const { state } of read()) this.inc({ state })
    },
  })
}

export function buildInfo(registry: Registry, version: string): void {
  new Gauge({
    name: 'gpt_proxy_build_info',
    help: 'Always 1; the version is a label',
    labelNames: ['version', 'runtime'] as const,
    registers: [registry],
  }).set({ version, runtime: `bun ${Bun.version}` }, 1)
}

export function waitingGauge(registry: Registry, count: () => number): void {
  new Gauge({
    name: 'gpt_proxy_requests_waiting',
    help: 'Requests that wait for a slot of their key, their user, or an upstream key',
    registers: [registry],
    collect() {
      this.set(count())
    },
  })
}
