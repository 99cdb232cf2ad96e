/** Errors without a code in Chinese: the configuration, the start, and the store. By their English texts. */
import { EXPECTATIONS } from './expectations-zh.ts'
import { MODEL_FILE_MESSAGES, MODEL_FILE_REMEDIES } from './model-file-zh.ts'
import { POSTGRES_REMEDIES, postgresInChinese } from './postgres-errors-zh.ts'
import { byRule, type Rule } from './rules.ts'
import { STORE_MESSAGES, STORE_REMEDIES } from './store-errors-zh.ts'

const MESSAGES: readonly Rule[] = [
  [/^(\S+?)(=.*)? is not usable \(item (\d+)\)$/s, '$1$2 的第 $3 项无效'],
  [/^(\S+?)(=.*)? is not usable$/s, '$1$2 无效'],
  [/^(\S+) is set, but only secrets are read from files$/, '设置了 $1，但只有机密才能从文件读取'],
  [/^(\S+) is not a variable of the gateway$/, '$1 不是本网关的变量'],
  [/^(\S+) and (\S+) are both set$/, '$1 与 $2 同时设置了'],
  [/^(\S+) names (.*), which can't be read \((.*)\)$/s, '$1 指定的文件 $2 无法读取（$3）'],
  [/^(\S+) names (.*), which is empty$/s, '$1 指定的文件 $2 是空的'],
  [/^(\S+) is set without (\S+)$/, '设置了 $1，却没有设置 $2'],
  [/^Azure keys are set without (\S+)$/, '设置了 Azure 密钥，却没有设置 $1'],
  [/^Single sign-on is configured without (\S+)$/, '配置了单点登录，却没有设置 $1'],
  [
    /^ENCRYPTION_KEY is not set, and with PostgreSQL all instances must share one$/,
    '没有设置 ENCRYPTION_KEY；使用 PostgreSQL 时所有实例必须共用同一个密钥',
  ],
  [
    /^LOG_PROMPT_BODY is on, but .*$/,
    '设置了 LOG_PROMPT_BODY，但网关从不记录提示词：其中可能有密钥和他人的个人数据',
  ],
  [/^port (\d+) on (\S+) is in use by another program$/, '$2 上的端口 $1 已被其他程序占用'],
  [/^port (\d+) may not be opened by this user$/, '当前用户无权打开端口 $1'],
  [/^cannot listen on (\S+) \((.*)\)$/s, '无法监听 $1（$2）'],
  [/^DATA_DIR (.*) can't be written to \((.*)\)$/s, 'DATA_DIR $1 不可写（$2）'],
  [/^there is no store in DATA_DIR (.*)$/s, 'DATA_DIR $1 中没有数据库'],
  [/^another gateway is using DATA_DIR (.*)$/s, '另一个网关正在使用 DATA_DIR $1'],
  [
    /^the database (.*) is missing, but (.*) is there, so there was one$/s,
    '数据库 $1 不见了，但 $2 还在，说明原来有数据库',
  ],
  [
    /^the database (.*) has no tables, but (.*) is there, so it is damaged$/s,
    '数据库 $1 中没有表，但 $2 还在，说明数据库已损坏',
  ],
  [
    /^the write-ahead log (.*) is damaged \((.*)\), and .*$/s,
    '预写日志 $1 已损坏（$2），最近写入的内容在其中',
  ],
  [
    /^the encryption key file (.*) is missing, and .*$/s,
    '加密密钥文件 $1 不见了，而数据库中的机密是用它加密的',
  ],
  [
    /^the encryption key opens none of the (\d+) upstream keys \((.*)\)$/s,
    '$1 个上游密钥都无法用当前加密密钥解密（$2）',
  ],
  [/^(?:the )?encryption key file (.*) can't be read$/s, '加密密钥文件 $1 无法读取'],
  [/^encryption key file (.*) can't be written$/s, '加密密钥文件 $1 无法写入'],
  [/^database (.*) is damaged or no SQLite database$/s, '数据库 $1 已损坏，或不是 SQLite 数据库'],
  [/^database (.*) is locked by another program$/s, '数据库 $1 被其他程序锁定'],
  [/^database (.*) cannot grow: the disk is full$/s, '磁盘已满，数据库 $1 无法写入'],
  [
    /^database (.*) was made by a newer version \(it has the migration (.*)\)$/s,
    '数据库 $1 由更新的版本创建（含迁移 $2）',
  ],
  [/^line (\d+): the column (\S+) is missing$/, '第 $1 行：缺少 $2 列'],
  [/^line (\d+): the column '(.*)' is unknown$/s, '第 $1 行：未知的列“$2”'],
  [/^line (\d+): (\S+) must be an amount such as 2\.50$/, '第 $1 行：$2 必须是金额，例如 2.50'],
  [
    /^a key given as an argument can be read by .*$/,
    '写在命令行参数里的密钥，本机所有用户都能看到，还会留在 shell 历史中',
  ],
  [/^no upstream key was given$/, '没有给出上游密钥'],
  [/^(\d+) keys were given for one upstream$/, '一个上游只能有一个密钥，却给出了 $1 个'],
  [/^--provider (\S+) needs --base-url$/, '--provider $1 需要 --base-url'],
  [
    /^prices in CNY need a rate, because costs are kept in USD$/,
    '费用以美元记账，因此人民币价格需要汇率',
  ],
  [/^this deletes user (\d+) '(.*)' and all keys of the user$/s, '将删除用户 $1“$2”及其所有密钥'],
  [/^there is no prompt$/, '没有给出问题'],
  [/^standard input is not a JSON object$/, '标准输入不是 JSON 对象'],
  [/^cancelled$/, '已取消'],
  [/^there is already a file (.*)$/s, '文件 $1 已存在'],
  [/^there is no store (.*)$/s, '没有数据库 $1'],
  [/^the database can't store a value: (.*)$/s, '数据库无法保存该值：$1'],
]

const REMEDIES: readonly Rule[] = [
  [/^Unset one of them\.$/, '请取消其中一个。'],
  [/^Set (\S+) itself\.$/, '请直接设置 $1。'],
  [/^Did you mean (.*)\?$/, '是否应为 $1？'],
  [
    /^Give the path of a service account’s JSON file .*$/,
    '请给出当前用户可读的服务账号 JSON 文件路径，或取消该变量。',
  ],
  [/^give the path of a file that this user may read\.?$/i, '请给出当前用户可读的文件路径。'],
  [/^Write the secret into it\.$/, '请把机密写入该文件。'],
  [/^Set REDIS_HOST, or .*$/, '请设置 REDIS_HOST；也可以取消该变量，仅在本进程内计数。'],
  [
    /^Set POSTGRES_HOST for PostgreSQL, or .*$/,
    '使用 PostgreSQL 请设置 POSTGRES_HOST；使用内置数据库则取消该变量。',
  ],
  [
    /^Set it to the same 32 bytes everywhere; .*$/,
    '请在所有实例上设为同样的 32 字节；可用 openssl rand -hex 32 生成。',
  ],
  [
    /^Set OIDC_ISSUER, .*$/,
    '请同时设置 OIDC_ISSUER、OIDC_CLIENT_ID 和 OIDC_CLIENT_SECRET，或都不设置。',
  ],
  [/^Set it, e\.g\. (\S+)$/, '请设置，例如 $1'],
  [
    /^Unset it or set LOG_PROMPT_BODY=false; .*$/,
    '请取消该变量或设为 false；需要提示词时，请在客户端连同回复的 x-request-id 一起记录。',
  ],
  [
    /^Stop it, or set PORT to a free one, e\.g\. (\S+?)\.$/,
    '请停止该程序，或把 PORT 设为空闲端口，例如 $1。',
  ],
  [/^Set PORT to one above 1023\.$/, '请把 PORT 设为大于 1023 的端口。'],
  [/^Set HOST to an address of this machine\.$/, '请把 HOST 设为本机的地址。'],
  [
    /^Make it writable for this user, or set DATA_DIR .*$/,
    '请让当前用户可写，或把 DATA_DIR 设为其他目录。',
  ],
  [
    /^set DATA_DIR to the folder of your gateway, or .*$/,
    '请把 DATA_DIR 设为网关的数据目录，或在那里新建数据库：gpt-proxy init',
  ],
  [/^set DATA_DIR to the folder that has one$/, '请把 DATA_DIR 设为有数据库的目录'],
  [
    /^stop it first, or give this one its own DATA_DIR$/,
    '请先停止它，或为本实例设置单独的 DATA_DIR',
  ],
  [
    /^put the database back or restore .*$/,
    '请放回数据库，或恢复备份：gpt-proxy restore 文件。要从空库开始，请移走剩余的文件',
  ],
  [
    /^restore a backup with: .* To go on without .*: (mv .*)$/s,
    '请恢复备份：gpt-proxy restore 文件。若要放弃其中的内容，请移走它：$1',
  ],
  [
    /^restore a backup with: .*$/,
    '请恢复备份：gpt-proxy restore 文件。要从空库开始，请移走数据库和剩余的文件',
  ],
  [
    /^put it back, or set ENCRYPTION_KEY to what was in it; .*$/,
    '请放回该文件，或把 ENCRYPTION_KEY 设为其内容；若已丢失，请删除上游密钥（gpt-proxy upstream remove）后重新添加',
  ],
  [
    /^Set ENCRYPTION_KEY to the key they were encrypted with, or .*$/,
    '请把 ENCRYPTION_KEY 设为加密时使用的密钥，或把原来的 encryption.key 放回 DATA_DIR。',
  ],
  [
    /^make (?:it readable|its folder writable|the file and its folder writable) for this user$/,
    '请为当前用户设置读写权限',
  ],
  [
    /^restore it from a backup, or move it .*$/,
    '请从备份恢复；要从空库开始，请移走它（以及 -wal 和 -shm 文件）',
  ],
  [/^end the program that holds it open for writing$/, '请结束正在写它的程序'],
  [/^free some space$/, '请释放磁盘空间'],
  [/^start the newer version, or .*$/, '请启动更新的版本，或恢复升级前的备份'],
  [/^Correct it and run the import again; nothing was set$/, '请改正后重新导入；没有设置任何价格'],
  [
    /^Pipe it in, or set GPT_PROXY_UPSTREAM_KEY; consider .*$/,
    '请从标准输入传入，或设置 GPT_PROXY_UPSTREAM_KEY；刚才的密钥应视为已泄露',
  ],
  [
    /^Pipe it in, or set GPT_PROXY_UPSTREAM_KEY$/,
    '请从标准输入传入，或设置 GPT_PROXY_UPSTREAM_KEY',
  ],
  [/^Add several with: (.*)$/, '添加多个请用：$1'],
  [/^Give the address of the upstream$/, '请给出上游的地址'],
  [/^Add --per-usd with the rate .*$/, '请用 --per-usd 给出合同或当日的汇率，例如 --per-usd 7.1'],
  [/^To do so, add --yes; .*$/, '确认请加上 --yes；只想停用请用：gpt-proxy user disable'],
  [/^Give it as an argument or pipe it in$/, '请写成参数，或从标准输入传入'],
  [/^Pipe in the body of a request, e\.g\. (.*)$/, '请从标准输入传入请求正文，例如 $1'],
  [/^Nothing was changed$/, '没有任何改动'],
  [/^choose another name$/i, '请换一个名字'],
  [/^correct the value$/, '请改正该值'],
]

/** English if no rule is known: better than nothing. */
export function startErrorInChinese(message: string, remedy: string) {
  const [, expected] = /^Expected: (.*?)\.?$/s.exec(remedy) ?? []
  return {
    message:
      postgresInChinese(message) ??
      byRule([...MESSAGES, ...STORE_MESSAGES, ...MODEL_FILE_MESSAGES], message),
    remedy:
      expected === undefined
        ? byRule(
            [...REMEDIES, ...STORE_REMEDIES, ...POSTGRES_REMEDIES, ...MODEL_FILE_REMEDIES],
            remedy,
          )
        : `应为：${byRule(EXPECTATIONS, expected)}。`,
  }
}
