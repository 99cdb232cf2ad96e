/** Errors of the stores, of copies, backups and imports, and of other gateways in Chinese, by their English texts. */
import type { Rule } from './rules.ts'

export const STORE_MESSAGES: readonly Rule[] = [
  [/^(.*): partitions of a table are being changed \((.*)\)$/s, '$1：表的分区正在变更（$2）'],
  [/^database (.*) cannot be opened for writing$/s, '无法以写入方式打开数据库 $1'],
  [/^database (.*) cannot be written$/s, '无法写入数据库 $1'],
  [/^database (.*) cannot be opened$/s, '无法打开数据库 $1'],
  [/^database (.*) cannot be read or written$/s, '无法读写数据库 $1'],
  [
    /^database (.*) belongs to (.*): it has tables (.*) that this gateway did not make$/s,
    '数据库 $1 属于 $2：其中的表 $3 不是本网关创建的',
  ],
  [
    /^PostgreSQL \(TLS\): sslrootcert names (.*), which can't be read \((.*)\)$/s,
    'PostgreSQL（TLS）：sslrootcert 指定的 $1 无法读取（$2）',
  ],
  [/^(PostgreSQL \S+): migration: (.*)$/s, '$1：迁移：$2'],
  [/^(.*) cannot be copied to (.*) \((.*)\)$/s, '$1 无法复制到 $2（$3）'],
  [/^(.*) is not a backup of a gateway's store$/s, '$1 不是网关数据库的备份'],
  [
    /^(.*) was made by a newer version \(it has the migration (.*)\)$/s,
    '$1 由更新的版本创建（含迁移 $2）',
  ],
  [/^(.*) is damaged, or no SQLite database$/s, '$1 已损坏，或不是 SQLite 数据库'],
  [/^the backup (.*) cannot be written \((.*)\)$/s, '备份 $1 无法写入（$2）'],
  [/^this is a store of the gateway itself$/, '这是本网关自己的数据库'],
  [
    /^this is not a database of the predecessor: it has no table (.*), but (.*)$/s,
    '这不是前身系统的数据库：缺少表 $1，其中的表为 $2',
  ],
  [/^the file (.*) can't be opened: (.*)$/s, '文件 $1 无法打开：$2'],
  [/^(.*) row (\S+) is malformed: (.*)$/s, '$1 的第 $2 行格式不正确：$3'],
  [
    /^the PostgreSQL database has users of its own, such as '(.*)'$/s,
    '该 PostgreSQL 数据库已有自己的用户，例如“$1”',
  ],
  [
    /^the copy of (\S+) differs: (\S+) is (\S+) in PostgreSQL and (\S+) in SQLite$/,
    '$1 的副本不一致：$2 在 PostgreSQL 中为 $3，在 SQLite 中为 $4',
  ],
  [/^there is already a row with this (.*)$/s, '已有一行具有相同的 $1'],
  [/^upstream key '(.*)' can't be read back$/s, '无法读回上游密钥“$1”'],
  [
    /^(\d+) rows can't be imported, so none was: (.*)$/s,
    '有 $1 行无法导入，因此什么也没有导入：$2',
  ],
  [
    /^it was imported before, and USAGE_RETENTION_DAYS may have deleted .*$/,
    '之前已导入过，而 USAGE_RETENTION_DAYS 可能已删除其中的记录，再次导入会重复计数',
  ],
  [
    /^the totals differ for (\d+) months of users, such as user (\S+) in (\S+): (\S+) tokens there, (\S+) here$/,
    '有 $1 个用户月份的合计不一致，例如用户 $2 在 $3：那边 $4 token，这里 $5',
  ],
  [/^no database to import from was given$/, '没有给出要导入的数据库'],
  [/^the PostgreSQL URL can't be used: (.*)$/s, '无法使用该 PostgreSQL 地址：$1'],
  [/^the key file (.*) can't be read \((.*)\)$/s, '密钥文件 $1 无法读取（$2）'],
  [/^no PostgreSQL to copy to is configured$/, '没有配置作为复制目标的 PostgreSQL'],
  [
    /^backup is for the embedded store, and .*$/,
    'backup 只用于内置数据库，而这里用的是 PostgreSQL',
  ],
  [
    /^restore is for the embedded store, and .*$/,
    'restore 只用于内置数据库，而这里用的是 PostgreSQL',
  ],
  [
    /^without an encryption key none of the (\d+) .*$/,
    '没有加密密钥，备份中的 $1 个上游密钥都无法读取',
  ],
  [
    /^the encryption key opens none of the (\d+) upstream keys in the backup$/,
    '加密密钥无法解开备份中的任何上游密钥（共 $1 个）',
  ],
  [/^the encryption key is malformed: (.*)$/s, '加密密钥格式不正确：$1'],
  [/^encryption key file (.*) is malformed: (.*)$/s, '加密密钥文件 $1 格式不正确：$2'],
  [/^the encryption key is not usable$/, '加密密钥不可用'],
  [
    /^the encryption key comes from ENCRYPTION_KEY, so .*$/,
    '加密密钥来自 ENCRYPTION_KEY，没有可备份的密钥文件',
  ],
  [/^(.*) can't be read: (.*)$/s, '$1 无法读取：$2'],
  [/^(.*) is not a JSON object$/s, '$1 不是 JSON 对象'],
  [
    /^GPT_PROXY_ADMIN_KEY is not set, and --server .*$/,
    '没有设置 GPT_PROXY_ADMIN_KEY；--server 需要该网关管理员的密钥',
  ],
  [/^the gateway at (\S+) can't be reached \((.*)\)$/s, '无法连接 $1 上的网关（$2）'],
  [
    /^there is no admin API of GPT Proxy at (\S+) \(status (\d+)\)$/,
    '$1 没有 GPT Proxy 的管理 API（状态码 $2）',
  ],
  [/^the gateway at (\S+)(.*) does not have '(.*)' yet$/s, '$1 上的网关$2还不支持“$3”'],
  [/^(\S+) refuses the key: (.*)$/s, '$1 拒绝了该密钥：$2'],
  [
    /^the request has (\d+) characters, and over --server it may have (\d+)$/,
    '请求有 $1 个字符，而通过 --server 最多允许 $2 个',
  ],
  [/^line (\d+): (.*)$/s, '第 $1 行：$2'],
]

export const STORE_REMEDIES: readonly Rule[] = [
  [/^nothing to do: it is tried again$/, '无需处理：会自动重试'],
  [/^make its folder exist and be writable for this user$/, '请确保其目录存在，且当前用户可写'],
  [/^check the disk it is on$/, '请检查所在的磁盘'],
  [
    /^give the gateway a database of its own .*$/,
    '请为网关单独建一个数据库（CREATE DATABASE），不要改动这一个；前身系统的数据可用 gpt-proxy migrate import 导入',
  ],
  [
    /^nothing was changed; fix the reported problem, .*$/,
    '没有任何改动；请解决所报告的问题后重新启动',
  ],
  [/^check that the backup can be read, .*$/, '请检查备份是否可读，以及磁盘是否有足够空间'],
  [/^give another (?:file|backup|one)$/, '请换一个'],
  [/^restore it with that version$/, '请用该版本恢复'],
  [
    /^give a file in a folder that exists, .*$/,
    '请指定一个文件，其目录存在、当前用户可写且有足够空间',
  ],
  [
    /^move an embedded store to PostgreSQL with: .*$/,
    '把内置数据库迁移到 PostgreSQL 请用：gpt-proxy migrate copy',
  ],
  [
    /^name the database that it used; .*$/,
    '请给出它所用的数据库；docs/migration.zh-CN.md 列出了会读取的表和列',
  ],
  [
    /^name the predecessor's SQLite file, .*$/,
    '请给出前身系统的 SQLite 文件，或其 PostgreSQL 地址：postgresql://USER@HOST/DATABASE',
  ],
  [/^correct the row with SQL$/, '请用 SQL 改正该行'],
  [/^copy into an empty database .*$/, '请复制到空数据库（CREATE DATABASE）'],
  [
    /^stop whatever writes to either of them, .*$/,
    '请停止对两者的写入后重新运行；若仍不一致，请复制到空数据库',
  ],
  [/^choose another$/, '请换一个'],
  [
    /^Give the predecessor's ENCRYPTION_KEY if .*$/,
    '若密钥无法解密，请给出前身系统的 ENCRYPTION_KEY；否则请在那里改正这些行；--leave-out 会导入其余的行',
  ],
  [
    /^(?:Nothing was imported|Nothing was changed)(?:\. If another database was imported here before, .*)?$/,
    '没有任何改动。若之前在这里导入过另一个数据库，请从空数据库开始',
  ],
  [
    /^Name its SQLite file or its PostgreSQL URL, or set (\S+)$/,
    '请给出它的 SQLite 文件或 PostgreSQL 地址，或设置 $1',
  ],
  [/^Give one such as (.*)$/s, '例如：$1'],
  [
    /^Name a file with the predecessor's ENCRYPTION_KEY, or set (\S+)$/,
    '请给出含有前身系统 ENCRYPTION_KEY 的文件，或设置 $1',
  ],
  [
    /^Set DATABASE_URL to it, and DATA_DIR .*$/,
    '请把 DATABASE_URL 设为它，把 DATA_DIR 设为内置数据库的目录',
  ],
  [/^Use (.*), and keep ENCRYPTION_KEY safe with it$/s, '请使用 $1，并另外妥善保管 ENCRYPTION_KEY'],
  [
    /^Give the key that belongs to it: .*$/s,
    '请给出与备份对应的密钥：放在 DATA_DIR 的 encryption.key、ENCRYPTION_KEY 或 --with-key；也可以用 --any-key 恢复，然后删除其中的上游密钥并重新添加',
  ],
  [
    /^restore it from a backup; without it .*$/,
    '请从备份恢复；没有它，已保存的上游密钥必须重新输入',
  ],
  [/^see ENC-1$/, '见 ENC-1'],
  [
    /^Keep a copy of the key where ENCRYPTION_KEY .*$/,
    '请另存一份 ENCRYPTION_KEY 中的密钥，并去掉 --with-key 重新运行',
  ],
  [/^it is made at the first start$/, '它在首次启动时创建'],
  [/^Name a file, or - for standard input\.$/, '请给出文件名，或用 - 表示标准输入。'],
  [/^It must be the body of a request, e\.g\. (.*)$/s, '必须是请求正文，例如 $1'],
  [
    /^Set it; there is no option for it, .*$/,
    '请设置该变量；命令行参数会被本机所有用户看到，因此没有对应的选项',
  ],
  [/^Check the address, and that it runs: (.*)$/s, '请检查地址，以及网关是否在运行：$1'],
  [
    /^Give the address of the gateway with its path prefix, .*$/,
    '请给出网关的地址（含路径前缀）或 ADMIN_LISTEN 的地址，不含 /admin',
  ],
  [
    /^Update the gateway, or use the program of its version$/,
    '请更新网关，或使用与其版本相同的程序',
  ],
  [/^Leave long texts and pictures out, .*$/, '请去掉长文本和图片，或在网关所在机器上运行该命令'],
  [/^See the models with: (.*)$/, '查看模型：$1'],
  [/^See the upstream keys with: (.*)$/, '查看上游密钥：$1'],
]
