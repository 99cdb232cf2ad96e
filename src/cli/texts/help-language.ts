/** The help in the language of the shell. The commands describe themselves in English; one table has the rest. */
import type { Argument, Command, Help, Option } from 'commander'
import type { Language } from '../../doctor/text.ts'
import { HELP_TITLES_ZH, HELP_ZH } from './help-zh.ts'

/** Has the help of this command and all below it written in `language`. */
export function setHelpLanguage(command: Command, language: Language): void {
  if (language === 'en') return
  command.description(inChinese(command.description()))
  for (const part of partsOf(command)) part.description = inChinese(part.description)
  command.helpOption('-h, --help', inChinese(HELP_OPTION))
  if (command.commands.length > 0) command.helpCommand('help [command]', inChinese(HELP_OPTION))
  command.configureHelp({ ...command.configureHelp(), ...CHINESE })
  for (const child of command.commands) setHelpLanguage(child, language)
}

/** What commander says of its own option and command. */
const HELP_OPTION = 'display help for command'

/** Every text that needs a translation: the descriptions of `command` and of all below it. */
export function describedTexts(command: Command): string[] {
  const own = [command.description(), ...partsOf(command).map(({ description }) => description)]
  return [HELP_OPTION, ...own, ...command.commands.flatMap(describedTexts)]
}

function partsOf(command: Command): (Option | Argument)[] {
  return [...command.options, ...command.registeredArguments].filter(
    ({ description }) => (description ?? '') !== '',
  )
}

/** Titles that do not come from commander's own list, such as those of examples. */
export function withTitles(help: string, language: Language): string {
  return language === 'zh' ? help.replace(/^Examples?:$/gm, '示例：') : help
}

/** English if a text is missing; a test reports it. */
function inChinese(text: string): string {
  return HELP_ZH[text] ?? text
}

const CHINESE: Partial<Help> = {
  styleTitle: (title) => HELP_TITLES_ZH[title] ?? title,
  styleOptionDescription: (text) => text.replace(/ ?\(((?:choices|default): .*)\)$/, chosenFrom),
  displayWidth: (text) => Bun.stringWidth(text),
  boxWrap: wrapped,
}

function chosenFrom(_: string, facts: string): string {
  return `（${facts.replace('choices: ', '可选：').replace(', default: ', '；默认：').replace('default: ', '默认：')}）`
}

/** A word of Latin letters or one other character, with the punctuation that may not begin a line. */
const PIECE = /\s*(?:[\x21-\x7e]+|[^\s\x21-\x7e])[，。；：、）”]*/gu

/** Chinese has no spaces to break lines at, which is where commander would. `width` is in columns. */
export function wrapped(text: string, width: number): string {
  const lines = ['']
  for (const piece of text.match(PIECE) ?? []) {
    const line = lines.at(-1) ?? ''
    if (line === '' || Bun.stringWidth(line + piece) <= width)
      lines[lines.length - 1] = line + piece
    else lines.push(piece.trimStart())
  }
  return lines.join('\n')
}
