/** Does what a person does in the console, and writes down each step with the time that it takes a person. */
import type { Locator } from 'playwright-core'
import translations from '../../web/src/locales/zh.json'

/** Seconds by the keystroke-level model (Card, Moran and Newell, 1983), for an average person. */
const THINK = 1.35
const POINT_AND_CLICK = 1.3
const HAND_TO_KEYBOARD = 0.4
const KEY = 0.28
const PASTE_KEYS = 2

export type Message = keyof typeof translations

interface Step {
  does: 'click' | 'choose' | 'type' | 'paste' | 'open' | 'read'
  /** What the console calls it, in English. */
  what: Message
  text?: string
}

export interface StepRecorder {
  open(what: Message, work: () => Promise<unknown>): Promise<void>
  click(what: Message, on: Locator): Promise<void>
  choose(what: Message, on: Locator, value: string): Promise<void>
  type(what: Message, on: Locator, text: string): Promise<void>
  paste(what: Message, on: Locator, text: string, shown: string): Promise<void>
  read(what: Message, on: Locator): Promise<void>
  seconds(): number
  /** The rows of a table in Markdown. */
  rows(language: 'en' | 'zh'): string[]
}

export function recordSteps(): StepRecorder {
  const steps: Step[] = []
  const doing = async (step: Step, work: Promise<unknown>) => {
    await work
    steps.push(step)
  }
  return {
    open: (what, work) => doing({ does: 'open', what }, work()),
    click: (what, on) => doing({ does: 'click', what }, on.click()),
    choose: (what, on, text) => doing({ does: 'choose', what, text }, on.selectOption(text)),
    type: (what, on, text) => doing({ does: 'type', what, text }, on.fill(text)),
    paste: (what, on, text, shown) => doing({ does: 'paste', what, text: shown }, on.fill(text)),
    read: (what, on) => doing({ does: 'read', what }, on.waitFor()),
    seconds: () => Math.ceil(steps.reduce((sum, step) => sum + secondsOf(step), 0)),
    rows: (language) =>
      steps.map(
        (step, at) => `| ${at + 1} | ${WORDS[language][step.does](named(step, language))} |`,
      ),
  }
}

function secondsOf({ does, text = '' }: Step): number {
  if (does === 'read') return THINK
  const click = THINK + POINT_AND_CLICK
  if (does === 'choose') return click + POINT_AND_CLICK
  if (does === 'type') return click + HAND_TO_KEYBOARD + text.length * KEY
  if (does === 'paste') return click + HAND_TO_KEYBOARD + PASTE_KEYS * KEY
  return click
}

type Named = Omit<Step, 'what'> & { name: string }

function named({ what, ...step }: Step, language: 'en' | 'zh'): Named {
  const name = language === 'zh' ? translations[what] : what
  return { ...step, name: name.replace(/ ?\{\d\} ?/, ' … ').replace(/ ?\.$/, '') }
}

const WORDS: Record<'en' | 'zh', Record<Step['does'], (step: Named) => string>> = {
  en: {
    open: ({ name }) => `Open the link that the start prints: *${name}*`,
    click: ({ name }) => `Click **${name}**`,
    choose: ({ name, text }) => `Choose \`${text}\` for *${name}*`,
    type: ({ name, text }) => `Type \`${text}\` into *${name}*`,
    paste: ({ name, text }) => `Paste ${text} into *${name}*`,
    read: ({ name }) => `Read *${name}*`,
  },
  zh: {
    open: ({ name }) => `打开启动时打印的链接：*${name}*`,
    click: ({ name }) => `点击**${name}**`,
    choose: ({ name, text }) => `在*${name}*中选择 \`${text}\``,
    type: ({ name, text }) => `在*${name}*中输入 \`${text}\``,
    paste: ({ name, text }) => `在*${name}*中粘贴${text}`,
    read: ({ name }) => `看到*${name}*`,
  },
}
