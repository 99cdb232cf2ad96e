/** Files that can't be run here are checked: containers, manifests and variables agree and are complete. */
import { describe, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { YAML } from 'bun'
import { SECRETS, VARIABLES } from '../../src/config/variables.ts'
import { loadConfig } from '../../src/config.ts'

const ROOT = join(import.meta.dir, '../..')
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')

// biome-ignore lint/suspicious/noExplicitAny: the shape of a foreign document is what is tested
type Document = any

const compose: Document = YAML.parse(read('docker-compose.yml'))
const manifests: Document[] = [YAML.parse(read('deploy/kubernetes/gpt-proxy.yaml'))].flat()
const ofKind = (kind: string): Document => manifests.find((each) => each.kind === kind)
const site = read('deploy/nginx/conf.d/default.conf')
const seconds = (name: 'DRAIN_SECONDS') => VARIABLES[name].parse(undefined)
const KNOWN = [...Object.keys(VARIABLES), ...SECRETS.map((name) => `${name}_FILE`)]

describe('.env.example', () => {
  const given = [...read('.env.example').matchAll(/^#?([A-Z][A-Z0-9_]+)=(.*)$/gm)].map(
    ([, name = '', value = '']) => [name, value] as const,
  )

  test('has every variable once, and no other', () => {
    const names = given.map(([name]) => name)
    const all = Object.keys(VARIABLES)
    expect(names.toSorted()).toEqual([...new Set(all)].toSorted())
  })

  test('gives each variable its default and a description', () => {
    for (const [name, value] of given) {
      const variable = VARIABLES[name as keyof typeof VARIABLES]
      const standard: unknown = variable?.parse(undefined)
      if (['string', 'number', 'boolean'].includes(typeof standard))
        expect([name, value]).toEqual([name, String(standard)])
      else if (variable !== undefined) expect([name, value]).toEqual([name, ''])
    }
  })
})

describe('docker-compose.yml', () => {
  const services = Object.entries<Document>(compose.services)

  test('has the four services, each healthy before the next one starts', () => {
    expect(services.map(([name]) => name).sort()).toEqual(['api', 'nginx', 'postgres', 'redis'])
    for (const [, service] of services) {
      expect(service.healthcheck.test.length).toBeGreaterThan(1)
      expect(service.restart).toBe('unless-stopped')
      for (const [other, { condition }] of Object.entries<Document>(service.depends_on ?? {})) {
        expect(compose.services[other]).toBeDefined()
        expect(condition).toBe('service_healthy')
      }
    }
  })

  test('names only volumes and networks that it has', () => {
    for (const [, service] of services) {
      for (const network of service.networks) expect(compose.networks).toHaveProperty(network)
      for (const volume of service.volumes ?? []) {
        const [from] = volume.split(':')
        if (!from.startsWith('.')) expect(compose.volumes).toHaveProperty(from)
      }
    }
  })

  test('sets only variables that the gateway reads', () => {
    for (const name of Object.keys(compose.services.api.environment)) expect(KNOWN).toContain(name)
  })

  test('holds no password, opens no port but those of nginx', () => {
    const open = services.filter(([, { ports }]) => ports !== undefined).map(([name]) => name)
    expect(open).toEqual(['nginx'])
    for (const [, { environment }] of services)
      for (const [name, value] of Object.entries(environment ?? {}))
        if (/PASSWORD|AUTH|KEY/.test(name)) expect(value).toMatch(/^\$\{\w+:\?/)
  })

  test('runs the gateway without rights, and gives it time to drain', () => {
    const { api } = compose.services
    expect(api).toMatchObject({ read_only: true, cap_drop: ['ALL'], user: '10001:10001' })
    expect(Number.parseInt(api.stop_grace_period, 10)).toBeGreaterThan(seconds('DRAIN_SECONDS'))
  })

  test('lets Redis evict nothing', () => {
    expect(compose.services.redis.command.join(' ')).toContain('--maxmemory-policy noeviction')
  })
})

describe('the Kubernetes manifests', () => {
  const pod = ofKind('StatefulSet').spec.template.spec
  const [container] = pod.containers
  const variables = ofKind('ConfigMap').data

  test('select the same pods everywhere', () => {
    const label = { 'app.kubernetes.io/name': 'gpt-proxy' }
    expect(ofKind('StatefulSet').spec.template.metadata.labels).toEqual(label)
    expect(ofKind('PodDisruptionBudget').spec.selector.matchLabels).toEqual(label)
    for (const { kind, spec } of manifests)
      if (kind === 'Service') expect(spec.selector).toEqual(label)
    const { scaleTargetRef } = ofKind('HorizontalPodAutoscaler').spec
    expect(scaleTargetRef).toMatchObject({
      kind: 'StatefulSet',
      name: ofKind('StatefulSet').metadata.name,
    })
  })

  test('give the drain its time', () => {
    const before = Number(container.lifecycle.preStop.exec.command.at(-1))
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(
      before + Number(variables.DRAIN_SECONDS),
    )
  })

  test('ask /readyz and /livez, and run without rights', () => {
    expect(container.readinessProbe.httpGet.path).toBe('/readyz')
    expect(container.livenessProbe.httpGet.path).toBe('/livez')
    expect(pod.securityContext.runAsNonRoot).toBe(true)
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    })
  })

  test('leave memory for three times the bodies that may be held at once', () => {
    const [, gibibytes] = /^(\d+)Gi$/.exec(container.resources.limits.memory) ?? []
    expect(3 * Number(variables.BODY_MEMORY_BYTES)).toBeLessThan(Number(gibibytes) * 1024 ** 3)
  })

  test('exclude variables of neighbouring services', () => {
    expect(pod.enableServiceLinks).toBe(false)
  })

  test('the gateway starts although a manifest left them in', () => {
    const secret: Document = YAML.parse(read('deploy/kubernetes/secret.example.yaml'))
    const services = ['gpt-proxy', 'gpt-proxy-pods', variables.POSTGRES_HOST, variables.REDIS_HOST]
    const links = Object.assign({}, ...services.map((name) => serviceLinks(name, 5432)))
    const ENCRYPTION_KEY = '0123456789abcdef'.repeat(4)
    const config = loadConfig({ ...links, ...variables, ...secret.stringData, ENCRYPTION_KEY })
    expect(config.database).toMatchObject({ host: 'postgres', port: 5432 })
    expect(config.redisUrl).toBe('redis://redis:6379')
    expect(config.port).toBe(8000)
  })

  test('set only variables that the gateway reads', () => {
    const secret: Document = YAML.parse(read('deploy/kubernetes/secret.example.yaml'))
    for (const name of [...Object.keys(variables), ...Object.keys(secret.stringData)])
      expect(KNOWN).toContain(name)
  })
})

/** What Kubernetes sets in each container for a service of the namespace. */
function serviceLinks(service: string, port: number): Record<string, string> {
  const name = service.toUpperCase().replaceAll('-', '_')
  const address = '10.96.0.7'
  return {
    [`${name}_SERVICE_HOST`]: address,
    [`${name}_SERVICE_PORT`]: String(port),
    [`${name}_SERVICE_PORT_HTTP`]: String(port),
    [`${name}_PORT`]: `tcp://${address}:${port}`,
    [`${name}_PORT_${port}_TCP`]: `tcp://${address}:${port}`,
    [`${name}_PORT_${port}_TCP_PROTO`]: 'tcp',
    [`${name}_PORT_${port}_TCP_PORT`]: String(port),
    [`${name}_PORT_${port}_TCP_ADDR`]: address,
  }
}

describe('the proxies', () => {
  const standard = (name: keyof typeof VARIABLES) => Number(VARIABLES[name].parse(undefined))
  const number = (text: string, pattern: RegExp) => Number(pattern.exec(text)?.[1])
  const caddy = read('deploy/Caddyfile')

  test('leave it to the gateway to refuse a body that is too large', () => {
    const bytes = standard('MAX_UPLOAD_BYTES')
    expect(number(site, /client_max_body_size (\d+)g;/) * 1024 ** 3).toBe(bytes)
    expect(number(caddy, /max_size (\d+)/)).toBe(bytes)
  })

  test('wait longer than the gateway does', () => {
    const longest = Math.max(
      standard('UPSTREAM_FIRST_BYTE_TIMEOUT_MS'),
      standard('UPSTREAM_IDLE_TIMEOUT_MS'),
    )
    for (const pattern of [/proxy_read_timeout (\d+)s/, /proxy_send_timeout (\d+)s/])
      expect(number(site, pattern) * 1000).toBeGreaterThan(longest)
    expect(number(caddy, /response_header_timeout (\d+)s/) * 1000).toBeGreaterThan(longest)
  })

  test('close idle connections before the gateway does', () => {
    const upstream = /upstream gpt_proxy \{[^}]*\}/.exec(site)?.[0] ?? ''
    const idle = standard('DRAIN_IDLE_MS')
    expect(number(upstream, /keepalive_timeout (\d+)s/) * 2000).toBeLessThan(idle)
    expect(number(caddy, /keepalive (\d+)s/) * 2000).toBeLessThan(idle)
  })
})
