/** What a person sees at the start. Secrets appear once, and only on a terminal. */
import type { FirstStartReport } from '../cli/context.ts'
import type { Config } from '../config.ts'
import { firstStartPath } from './first-start-file.ts'

export interface BannerParts {
  config: Config
  url: string
  report: FirstStartReport
  upstreams: number
}

export function printBanner({ config, url, report, upstreams }: BannerParts): void {
  const baseUrl = `${config.publicUrl ?? url}/v1`
  const lines = [
    `GPT Proxy listens at ${baseUrl}`,
    `Upstream keys: ${upstreams} (${report.imported} imported from the variables just now)`,
  ]
  if (report.secrets !== null) lines.push(...secretLines(config, baseUrl, report.secrets))
  process.stdout.write(`${lines.join('\n')}\n`)
}

function secretLines(
  config: Config,
  baseUrl: string,
  secrets: { adminKey: string; proxyKey: string },
): string[] {
  if (!process.stdout.isTTY) {
    const path = firstStartPath(config)
    return [
      `The first keys are in ${path}. Try it:`,
      `. ${path} && ${curlLine('$BASE_URL', '$PROXY_KEY')}`,
    ]
  }
  return [
    `Base URL:  ${baseUrl}`,
    `Admin key: ${secrets.adminKey}`,
    `Proxy key: ${secrets.proxyKey}`,
    'The keys are shown only now. Try it:',
    curlLine(baseUrl, secrets.proxyKey),
  ]
}

function curlLine(baseUrl: string, key: string): string {
  const body = '{"model":"demo/echo","messages":[{"role":"user","content":"Hello"}],"stream":true}'
  return `curl -N "${baseUrl}/chat/completions" -H "Authorization: Bearer ${key}" -H "Content-Type: application/json" -d '${body}'`
}
