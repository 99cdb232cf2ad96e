/** Chinese for the words that the checks put into findings: states, steps, and the common reasons for a failure. */

/** Figures that contain our own words. All others are names, numbers and texts of other programs. */
const WORDED = new Set([
  ...['where', 'source', 'steps', 'step', 'state', 'services', 'outcome', 'code', 'status', 'pool'],
  ...['detail', 'error', 'reason', 'seen', 'proxy', 'lastError'],
])

const WORDS: Readonly<Record<string, string>> = {
  memory: '内存',
  variable: '变量',
  file: '密钥文件',
  directly: '直连',
  healthy: '健康',
  unhealthy: '异常',
  degraded: '降级',
  cooldown: '冷却',
  disabled: '已停用',
  limited: '限速',
  missing: '不存在',
  invalid: '无效',
  folder: '文件夹',
  disk: '磁盘',
  name: '域名',
  tcp: 'TCP',
  tls: 'TLS',
  password: '密码',
  database: '数据库',
  redis: 'Redis',
  journal: '用量日志',
  newer: '版本',
  migrations: '迁移',
  write: '写入',
  pool: '连接池',
  other: '其他',
  ok: '成功',
  rejected: '被拒绝',
  upstream_error: '上游出错',
  cut: '中断',
  aborted: '客户端中止',
  lost: '丢失',
  trusted: '受信任',
  unknown: '未知',
}

/** Whole texts; what is in parentheses stays. */
const PHRASES: readonly (readonly [english: RegExp, chinese: string])[] = [
  [/^no code$/, '没有错误码'],
  [/^no answer$/, '没有应答'],
  [/^no answer in time$/, '没有及时应答'],
  [/^no answer within (\d+) ms$/, '$1 毫秒内没有应答'],
  [/^no \[DONE\]$/, '没有 [DONE]'],
  [/^status (\d+)$/, '状态 $1'],
  [/^status (\d+) \((.*)\)$/, '状态 $1（$2）'],
  [/^through (\S+)$/, '经 $1'],
  [/^it does not say its name$/, '未表明身份'],
  [/^limits are switched off$/, '限流已关闭'],
  [/^no gateway of this store answers at (\S+)$/, '$1 上没有使用这个存储的网关应答'],
  [/^connection refused$/, '连接被拒绝'],
  [/^its name could not be resolved$/, '域名无法解析'],
  [/^its name could not be resolved for now$/, '域名暂时无法解析'],
  [/^no connection in time \(limit (\d+) ms\)$/, '没有及时建立连接（限 $1 毫秒）'],
  [/^no TLS handshake in time \(limit (\d+) ms\)$/, '没有及时完成 TLS 握手（限 $1 毫秒）'],
  [/^no connection: (.*)$/, '没有连接：$1'],
  [/^it answers, but not in TLS$/, '有应答，但不是 TLS'],
  [/^the connection was closed$/, '连接被关闭'],
  [/^its credentials were refused: (.*)$/, '凭据被拒绝：$1'],
  [/^no credentials: (.*)$/, '没有凭据：$1'],
  [/^the upstream refuses this key$/, '上游拒绝这个密钥'],
  [/^the key is known, but over its limit or without quota$/, '密钥有效，但超出限制或没有额度'],
  [
    /^it answers, but has no list of models; check the base URL$/,
    '有应答，但没有模型列表；请检查基础地址',
  ],
  [/^the key is accepted$/, '密钥被接受'],
  [/^the host name is not known$/, '主机名无法解析'],
  [/^nothing listens there$/, '那里没有监听'],
  [/^there is no route to it$/, '没有通往它的路由'],
  [/^its socket is not there or not open to this user$/, '套接字不存在或不允许该用户访问'],
  [/^the connection was lost$/, '连接中断'],
  [/^its certificate is not trusted for this host(.*)$/, '证书对该主机不受信任$1'],
  [/^no agreement on TLS(.*)$/, 'TLS 协商失败$1'],
  [/^the user or the password is wrong(.*)$/, '用户或密码错误$1'],
  [/^this user may not connect from here in this way(.*)$/, '该用户不能以这种方式从这里连接$1'],
  [/^there is no such database(.*)$/, '没有这个数据库$1'],
  [/^the user may not do this(.*)$/, '该用户没有权限$1'],
  [/^it has no connection left(.*)$/, '没有空闲的连接$1'],
  [/^it is starting or stopping(.*)$/, '正在启动或停止$1'],
  [/^it was stopped(.*)$/, '已停止$1'],
  [/^its disk is full(.*)$/, '磁盘已满$1'],
  [/^it asks for one, and none is set$/, '它要求密码，而没有设置'],
  [/^no connection within 5 s$/, '5 秒内没有建立连接'],
  [/^it takes connections and stays silent$/, '接受连接但没有回应'],
  [/^it stays silent$/, '没有回应'],
  [/^(\w+) must be one of (.*)$/, '$1 必须是以下之一：$2'],
  [/^(\w+) must be a whole number, 0 or more$/, '$1 必须是不小于 0 的整数'],
  [/^(\w+) must be a time such as (.*)$/, '$1 必须是时间，例如 $2'],
  [/^(\w+) must be a JSON list of texts, such as (.*)$/, '$1 必须是文本的 JSON 列表，例如 $2'],
  [/^(\w+) must be a JSON object of texts, such as (.*)$/, '$1 必须是文本的 JSON 对象，例如 $2'],
  [/^(\w+) must be a JSON object, such as (.*)$/, '$1 必须是 JSON 对象，例如 $2'],
  [
    /^key_hash must be 64 lower-case hex digits.*$/,
    'key_hash 必须是 64 位小写十六进制（密钥的 SHA-256）',
  ],
  [/^base_url must be a URL that begins.*$/, 'base_url 必须是以 https:// 或 http:// 开头的地址'],
]

/** `name`: that of the figure. */
export function figureInChinese(name: string, text: string): string {
  if (!WORDED.has(name)) return text
  for (const [english, chinese] of PHRASES)
    if (english.test(text)) return text.replace(english, chinese)
  const items = text.split(', ').map((item) => item.split(' ').map(wordInChinese).join(' '))
  return items.join('、')
}

function wordInChinese(word: string): string {
  return Object.hasOwn(WORDS, word) ? (WORDS[word] as string) : word
}
