/** What a person sees at startup. Secrets appear only on a terminal. */
import type { FirstKeys, FirstStartReport } from '../../cli/context.ts'
import type { Config } from '../../config.ts'
import { shellWord } from '../../doctor/shell-word.ts'

export interface BannerParts {
  config: Config
  /** The address at which this machine reaches it. */
  url: string
  report: FirstStartReport
  upstreams: number
  isTerminal: boolean
  /** A one-time console link; null unless this is the first start. */
  consoleLink: string | null
  /** How this program is called here, as shell words. */
  command: string
}

const BODY = '{"model":"demo/echo","messages":[{"role":"user","content":"Hello"}],"stream":true}'

export function banner({
  config,
  url,
  report,
  upstreams,
  isTerminal,
  consoleLink,
  command,
}: BannerParts): string {
  const baseUrl = `${config.publicUrl ?? url}/v1`
  const { imported, unseenKeys } = report
  const lines = [
    `GPT Proxy listens at ${baseUrl}`,
    `Upstream keys: ${upstreams} (${imported} imported from the variables just now)`,
  ]
  if (unseenKeys !== null)
    lines.push(...(isTerminal ? shown(baseUrl, unseenKeys) : pointedAt(unseenKeys)))
  if (consoleLink !== null && isTerminal)
    lines.push(`Console:   ${consoleLink}`, 'Open it within 30 minutes to choose a password.')
  else lines.push(`Console: ${config.publicUrl ?? url}/console/`)
  if (unseenKeys !== null) lines.push(...nextSteps(command, upstreams))
  return `${lines.join('\n')}\n`
}

/** What a gateway needs before its first start. */
function nextSteps(command: string, upstreams: number): string[] {
  const providerKey =
    upstreams > 0 ? [] : [`  Add a provider key:       ${command} upstream add main < key.txt`]
  return [
    'Next steps:',
    ...providerKey,
    '  Open the console:         at the address above',
    `  Make a key for a person:  ${command} user create alice && ${command} key create alice`,
  ]
}

function shown(baseUrl: string, { adminKey, proxyKey }: FirstKeys): string[] {
  return [
    `Base URL:  ${baseUrl}`,
    `Admin key: ${adminKey}`,
    `Proxy key: ${proxyKey}`,
    'The keys are shown only now. Try it:',
    curlLine(
      shellWord(`${baseUrl}/chat/completions`),
      shellWord(`Authorization: Bearer ${proxyKey}`),
    ),
  ]
}

function pointedAt({ file }: FirstKeys): string[] {
  return [
    `The first keys are in ${file}; delete it once you have them. Try it:`,
    `. ${shellWord(file)} && ${curlLine('"$BASE_URL/chat/completions"', '"Authorization: Bearer $PROXY_KEY"')}`,
  ]
}

/** Both are already quoted for a shell. */
function curlLine(url: string, authorization: string): string {
  return `curl -N ${url} -H ${authorization} -H 'Content-Type: application/json' -d '${BODY}'`
}
