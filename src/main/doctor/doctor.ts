/** Runs the doctor's checks: the database first, then those that can run concurrently, then those that measure times. */

import { allPages } from '../../admin/pages.ts'
import type { MalformedRow } from '../../admin/store-queries.ts'
import type { Environment } from '../../config/environment.ts'
import type { CheckId } from '../../core/check-ids.ts'
import { TimeoutError, withTimeout } from '../../core/time/with-timeout.ts'
import { type Finding, failing, skipped, warning } from '../../doctor/finding.ts'
import type { DoctorOptions } from '../../doctor/options.ts'
import { type CheckResult, type Report, reportOf } from '../../doctor/report.ts'
import { judgeCertificates } from '../../doctor/rules/certificates.ts'
import { judgeFault, ownerOf } from '../../doctor/rules/configuration.ts'
import { judgeDatabase } from '../../doctor/rules/database.ts'
import { judgeEncryption } from '../../doctor/rules/encryption.ts'
import { judgeLimits } from '../../doctor/rules/limits.ts'
import { judgeProxy } from '../../doctor/rules/proxy.ts'
import { judgeQuotas } from '../../doctor/rules/quotas.ts'
import { judgeStream } from '../../doctor/rules/stream.ts'
import { judgeTimes } from '../../doctor/rules/times.ts'
import { judgeUpstreams } from '../../doctor/rules/upstreams.ts'
import { commandHere } from '../compose/command-here.ts'
import { outgoingProxy } from '../compose/outgoing-proxy.ts'
import { ownAddress } from '../compose/own-address.ts'
import { whyNot } from './ask.ts'
import { probeCertificates } from './certificate-probe.ts'
import { probeDatabase } from './database-probe.ts'
import { probeEncryption } from './encryption-probe.ts'
import { type LenientConfig, lenientConfig } from './lenient-config.ts'
import { probeLimits } from './limit-probe.ts'
import { probeProxy } from './proxy-probe.ts'
import { probeQuotas } from './quota-probe.ts'
import { formsToHide, secretText } from './secrets.ts'
import { probeStream } from './stream-probe.ts'
import { type DoctorSurroundings, type OpenedStore, openForDoctor } from './surroundings.ts'
import { probeTimes } from './time-probe.ts'
import { probeUpstreams } from './upstream-probes.ts'

const PATIENCE_MS = 30_000
const LATE = 'the check takes too long'

/** `url` is that of a gateway examining itself; otherwise the configuration says where it is. */
export async function examine(
  environment: Environment,
  options: DoctorOptions,
  url?: string,
): Promise<Report> {
  const lenient = lenientConfig(environment, options.language)
  const { surroundings, database } = await approach(lenient, url)
  try {
    const results = await runAll(surroundings, environment, options)
    const all = [database, ...results].filter(({ id }) => options.only?.includes(id) ?? true)
    const secrets = surroundings.opened?.keys.secrets ?? []
    const forms = formsToHide(environment, secrets)
    return reportOf(withFaults(all, lenient), options.language, forms, commandHere(environment))
  } finally {
    await surroundings.opened?.close()
  }
}

/** The database determines what else can be examined. */
async function approach({ config }: LenientConfig, url?: string) {
  const surroundings: DoctorSurroundings = {
    config,
    url: url ?? ownAddress(config.host, config.port),
    proxyFor: outgoingProxy(config.outgoingProxies),
    instances: 1,
    opened: null,
  }
  const database = await timed('DB-1', async () => {
    const { evidence, instances } = await probeDatabase(config)
    surroundings.instances = instances
    const { isNew, fault, pendingMigrations } = evidence
    // Opening the store would run pending migrations, which is for an operator to decide.
    if (!isNew && fault === null && pendingMigrations.length === 0)
      surroundings.opened = await openForDoctor(config, surroundings.url)
    const malformed = await malformedRows(surroundings.opened)
    return judgeDatabase({ ...evidence, malformed })
  })
  return { surroundings, database }
}

async function malformedRows(opened: OpenedStore | null): Promise<MalformedRow[]> {
  if (opened === null) return []
  const { store } = opened
  const lists = [
    await allPages((page) => store.listUsers(page)),
    await allPages((page) => store.listApiKeys(page)),
    await allPages((page) => store.listUpstreamKeys(page)),
  ]
  return [...lists.flatMap(({ malformed }) => malformed), ...(await store.malformedModels())]
}

async function runAll(
  surroundings: DoctorSurroundings,
  environment: Environment,
  options: DoctorOptions,
): Promise<CheckResult[]> {
  const { config, opened, instances } = surroundings
  const wanted = (id: CheckId) => options.only?.includes(id) ?? true
  const run = async (id: CheckId, work: () => Promise<Finding[]>): Promise<CheckResult[]> =>
    wanted(id) ? [await timed(id, work)] : []
  const withStore = (work: (store: OpenedStore) => Promise<Finding[]>) => () =>
    opened === null ? Promise.resolve([skipped('no-store')]) : work(opened)
  const key = secretText(environment, 'ENCRYPTION_KEY')

  const together = await Promise.all([
    run('ENC-1', async () => judgeEncryption(await probeEncryption(surroundings, key))),
    run('NGX-1', async () => judgeProxy(await probeProxy(surroundings))),
    run('TLS-1', async () => judgeCertificates(await probeCertificates(surroundings))),
    run(
      'UPS-1',
      withStore(async (store) => judgeUpstreams(await probeUpstreams(store, options.model))),
    ),
    run(
      'QUO-1',
      withStore(async (store) => judgeQuotas(await probeQuotas(store, config, instances, options))),
    ),
  ])
  const limits = await run('LIM-1', async () => judgeLimits(await probeLimits(surroundings)))
  const streams = wanted('SSE-1') || wanted('SLOW-1') ? probeStream(surroundings) : null
  const stream = await run(
    'SSE-1',
    withStore(async () => (streams ? judgeStream(await streams) : [])),
  )
  const times = await run('SLOW-1', async () =>
    streams ? judgeTimes(await probeTimes(surroundings, await streams)) : [],
  )
  return [...together.flat(), ...limits, ...stream, ...times]
}

/** A check that fails or hangs is reported, and the others continue. */
async function timed(id: CheckId, work: () => Promise<Finding[]>): Promise<CheckResult> {
  const fromMs = performance.now()
  const findings = await withTimeout(work(), PATIENCE_MS, LATE).catch((error) => [
    error instanceof TimeoutError && error.message === LATE
      ? warning('late', { seconds: PATIENCE_MS / 1000 })
      : failing('broken', { error: whyNot(error) }),
  ])
  return { id, findings, tookMs: performance.now() - fromMs }
}

function withFaults(results: readonly CheckResult[], { faults }: LenientConfig): CheckResult[] {
  return results.map((result) => {
    const own = faults.filter((fault) => ownerOf(fault) === result.id).map(judgeFault)
    return { ...result, findings: [...own, ...result.findings] }
  })
}
