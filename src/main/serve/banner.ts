/** What a person sees at startup. Secrets appear only on a terminal. */
import type { FirstKeys, FirstStartReport } from '../../cli/context.ts'
import type { Config } from '../../config.ts'
import { shellWord } from '../../doctor/shell-word.ts'
import type { Language } from '../../doctor/text.ts'
import { BANNER_TEXTS, type BannerTexts } from './banner-texts.ts'

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
  /** That of the shell. */
  language: Language
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
  language,
}: BannerParts): string {
  const texts = BANNER_TEXTS[language]
  const baseUrl = `${config.publicUrl ?? url}/v1`
  const { imported, unseenKeys } = report
  const lines = [texts.listens(baseUrl), texts.upstreamKeys(upstreams, imported)]
  if (unseenKeys !== null)
    lines.push(...(isTerminal ? shown(texts, baseUrl, unseenKeys) : pointedAt(texts, unseenKeys)))
  if (consoleLink !== null && isTerminal)
    lines.push(texts.consoleLink(consoleLink), texts.choosePassword)
  else lines.push(texts.console(`${config.publicUrl ?? url}/console/`))
  if (unseenKeys !== null) lines.push(...nextSteps(texts, command, upstreams))
  return `${lines.join('\n')}\n`
}

/** What a gateway needs before its first start. */
function nextSteps(texts: BannerTexts, command: string, upstreams: number): string[] {
  const providerKey =
    upstreams > 0 ? [] : [`  ${texts.addKey}${command} upstream add main < key.txt`]
  return [
    texts.nextSteps,
    ...providerKey,
    `  ${texts.openConsole}`,
    `  ${texts.makeKey}${command} user create alice && ${command} key create alice`,
  ]
}

function shown(texts: BannerTexts, baseUrl: string, { adminKey, proxyKey }: FirstKeys): string[] {
  return [
    `${texts.baseUrl}${baseUrl}`,
    `${texts.adminKey}${adminKey}`,
    `${texts.proxyKey}${proxyKey}`,
    texts.shownOnce,
    curlLine(
      shellWord(`${baseUrl}/chat/completions`),
      shellWord(`Authorization: Bearer ${proxyKey}`),
    ),
  ]
}

function pointedAt(texts: BannerTexts, { file }: FirstKeys): string[] {
  return [
    texts.firstKeys(file),
    `. ${shellWord(file)} && ${curlLine('"$BASE_URL/chat/completions"', '"Authorization: Bearer $PROXY_KEY"')}`,
  ]
}

/** Both are already quoted for a shell. */
function curlLine(url: string, authorization: string): string {
  return `curl -N ${url} -H ${authorization} -H 'Content-Type: application/json' -d '${BODY}'`
}
