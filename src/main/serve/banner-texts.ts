/** The words of the start banner in each language. */
import type { Language } from '../../doctor/text.ts'

export interface BannerTexts {
  listens(baseUrl: string): string
  upstreamKeys(count: number, imported: number): string
  console(url: string): string
  consoleLink(url: string): string
  choosePassword: string
  baseUrl: string
  adminKey: string
  proxyKey: string
  shownOnce: string
  firstKeys(file: string): string
  nextSteps: string
  addKey: string
  openConsole: string
  makeKey: string
}

const EN: BannerTexts = {
  listens: (baseUrl) => `GPT Proxy listens at ${baseUrl}`,
  upstreamKeys: (count, imported) =>
    `Upstream keys: ${count} (${imported} imported from the variables just now)`,
  console: (url) => `Console: ${url}`,
  consoleLink: (url) => `Console:   ${url}`,
  choosePassword: 'Open it within 30 minutes to choose a password.',
  baseUrl: 'Base URL:  ',
  adminKey: 'Admin key: ',
  proxyKey: 'Proxy key: ',
  shownOnce: 'The keys are shown only now. Try it:',
  firstKeys: (file) => `The first keys are in ${file}; delete it once you have them. Try it:`,
  nextSteps: 'Next steps:',
  addKey: 'Add a provider key:       ',
  openConsole: 'Open the console:         at the address above',
  makeKey: 'Make a key for a person:  ',
}

const ZH: BannerTexts = {
  listens: (baseUrl) => `GPT Proxy 监听于 ${baseUrl}`,
  upstreamKeys: (count, imported) => `上游密钥：${count} 个（刚从环境变量导入 ${imported} 个）`,
  console: (url) => `控制台：${url}`,
  consoleLink: (url) => `控制台：${url}`,
  choosePassword: '请在 30 分钟内打开它并设置密码。',
  baseUrl: '基础地址：',
  adminKey: '管理密钥：',
  proxyKey: '代理密钥：',
  shownOnce: '这些密钥只显示这一次。试一试：',
  firstKeys: (file) => `首批密钥在 ${file} 中，取用后请删除该文件。试一试：`,
  nextSteps: '接下来：',
  addKey: '添加上游密钥：',
  openConsole: '打开控制台：见上面的地址',
  makeKey: '为某人创建密钥：',
}

export const BANNER_TEXTS: Readonly<Record<Language, BannerTexts>> = { en: EN, zh: ZH }
