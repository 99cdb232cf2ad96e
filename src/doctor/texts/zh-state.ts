/** Chinese: findings about the configuration, the store, quotas and upstream keys. */
import type { Text } from '../text.ts'
import type { EN_STATE } from './en-state.ts'

export const ZH_STATE: Readonly<Record<keyof typeof EN_STATE, Text>> = {
  config: [
    '网关无法启动：{problem}。',
    '变量 {variable} 需要改正；其余检查按未设置它继续进行。',
    '{remedy}',
  ],
  broken: [
    '这项检查没有做完：{error}。',
    '被询问的一方没有按预期回答。',
    '请再运行一次；如果仍然如此，请附上 --json 的输出反馈。',
  ],
  late: [
    '这项检查在 {seconds} 秒后被终止。',
    '被询问的一方既不回答也不拒绝。',
    '请先看其他检查的结果，再用 --only 单独运行这一项。',
  ],
  'no-store': ['没有尝试，因为没有可用的数据库：见 DB-1。'],
  'no-gateway': ['没有尝试，因为 {url} 上没有使用这个存储的网关应答：见 NGX-1。'],

  'ups.ok': [
    '{upstream}：{baseUrl} 在 {latencyMs} 毫秒内接受了密钥；至今 {requests} 个请求，其中 {errors} 个错误。',
  ],
  'ups.none': [
    '没有任何上游密钥；只有演示模型可用。',
    '还没有添加或导入过。',
    '添加一个，密钥从标准输入读取。',
  ],
  'ups.dead': [
    '{upstream}：{baseUrl} 拒绝了以 {hint} 结尾的密钥（状态 {status}）。',
    '密钥已被吊销、已过期，或属于另一个账户或地址。',
    '在上游生成新密钥，写入 key.txt，然后替换旧的：',
  ],
  'ups.credentials': [
    '{upstream}：存储的凭据换不到访问令牌（{detail}）。',
    '若凭据被拒绝，则服务账号、角色或应用已被删除，或其密钥已过期；否则是令牌签发方没有应答。',
    '在云端修正，或把新凭据写入 key.txt，然后替换旧的：',
  ],
  'ups.quota': [
    '{upstream}：{baseUrl} 认识这个密钥，但回答 {status}。',
    '其账户超过速率限制，或额度、余额已用完。',
    '请充值，或先由其他密钥服务；之后把它恢复：',
  ],
  'ups.unreachable': [
    '{upstream}：{baseUrl} 没有应答（{detail}）。',
    '地址有误、本机解析不了该域名、被防火墙阻挡，或上游已停机。',
    '在本机上试这个地址并修复通路；地址有误时，在第二条命令中改成正确的：',
  ],
  'ups.strange': [
    '{upstream}：{baseUrl} 对模型列表的回答是状态 {status}（{detail}）。',
    '基础地址不是这类 API 的地址，或上游自身出错。',
    '查看上游的状态页；基础地址有误时，在第二条命令中改成正确的：',
  ],
  'ups.invalid': [
    '{upstream}：上游接受这个密钥，但它被搁置为 {state}（最后的错误：{lastError}）。',
    '早先有请求被 401 或 403 拒绝。该密钥会自动重试，起初间隔一分钟，之后最长一小时。',
    '等待重试，或现在恢复为健康：',
  ],
  'ups.breaker': [
    '{upstream}：连续失败 {failures} 次后熔断器打开，直到 {until}（最后的错误：{lastError}）。',
    '上游失败、限速或没有额度；密钥休息到那时并自行恢复。',
    '等到那时，或现在恢复：',
  ],
  'ups.model': [
    '{upstream}：其模型 {model} 处于“{state}”状态，直到 {until}，此前失败 {failures} 次（最后的错误：{lastError}）。',
    '对该模型的请求失败、被限速，或上游没有该模型；该密钥的其他模型仍然可用。',
    '到时会自动重试；若要现在重试：',
  ],
  'ups.disabled': [
    '{upstream}：已被管理员停用。',
    '有人运行过 “upstream disable”。',
    '若要重新启用：',
  ],
  'ups.sealed': [
    '{upstream}：其密钥无法解密，因此没有尝试。',
    'ENCRYPTION_KEY 不是加密时的那一个：见 ENC-1。',
    '查看加密状态：',
  ],
  'ups.unserved': [
    '没有上游密钥提供模型 {model}。',
    '没有密钥的模型或部署中有它，或有它的密钥被停用或搁置。',
    '查看每个密钥提供什么，并为该模型添加一个：',
  ],

  'db.ok': ['{place}：{steps} 均正常；每条语句 {latencyMs} 毫秒，{pool}。'],
  'db.row': [
    '{table} 的第 {row} 行格式有误，未被使用：{reason}。',
    '有人手工写入，或由旧版本写入。',
    '请用 SQL 改正该行。',
  ],
  'db.row-sqlite': [
    '{table} 的第 {row} 行格式有误，未被使用：{reason}。',
    '有人手工写入，或由旧版本写入。',
    '用 SQL 修复：',
  ],
  'db.row-postgres': [
    '{table} 的第 {row} 行格式有误，未被使用：{reason}。',
    '有人手工写入，或由旧版本写入。',
    '用 SQL 修复：',
  ],
  'db.new': [
    '{place} 还不存在；首次启动会创建它。如果您的网关已经启动过，则 DATA_DIR 不是它的文件夹。',
  ],
  'db.folder': [
    '{place}：{detail}。',
    '文件夹或其中的文件属于另一个用户，或以只读方式挂载。',
    '把它交给运行网关的用户，并检查是否只读挂载：',
  ],
  'db.disk': [
    '{place}：所在磁盘剩余 {freeMb} MB。',
    '存储和用量日志随流量增长；没有空间时请求会被 503 journal_unavailable 拒绝。',
    '释放空间，或把 DATA_DIR 移到更大的磁盘：',
  ],
  'db.name': [
    '{place}：“name”（域名）一步失败：{detail}。',
    '主机名拼写有误，或本机或网络的域名服务器不认识它。',
    '改正 DATABASE_URL 或 POSTGRES_HOST 中的主机：',
  ],
  'db.tcp': [
    '{place}：“TCP” 一步失败：{detail}。',
    'PostgreSQL 没有运行、监听另一个地址或端口，或被防火墙阻挡。',
    '启动 PostgreSQL，或改正 DATABASE_URL、POSTGRES_HOST、POSTGRES_PORT 中的地址：',
  ],
  'db.tls': [
    '{place}：“TLS” 一步失败：{detail}。',
    '证书对该主机不受信任，或一方要求 TLS 而另一方不支持。',
    '修正证书、用 sslrootcert=文件 指定其签发机构，或改用 sslmode=require：',
  ],
  'db.password': [
    '{place}：“password”（密码）一步失败：{detail}。',
    'DATABASE_URL 或 POSTGRES_PASSWORD 中的用户或密码与 PostgreSQL 中的不同；容器的卷会保留最初的密码。',
    '把变量改为正确的密码，或让该用户使用变量中的密码：',
  ],
  'db.database': [
    '{place}：“database”（数据库）一步失败：{detail}。',
    '数据库从未创建，或名称拼写有误。',
    '创建数据库，或改正 DATABASE_URL、POSTGRES_DB 中的名称：',
  ],
  'db.migrations': [
    '{place}：还有 {pending} 个迁移待运行（{names}）。',
    '这个存储由旧版本创建。',
    '下次启动会运行它们；或现在运行：',
  ],
  'db.newer': [
    '{place}：{detail}。',
    '更新的版本曾在这个存储上运行。',
    '使用更新的版本，或恢复升级前的备份：',
  ],
  'db.write': [
    '{place}：“write”（写入）一步失败：{detail}。',
    '文件或磁盘只读、另一个程序持有锁，或数据库用户没有写权限。',
    '修复写权限，或结束持有锁的程序：',
  ],
  'db.pool': [
    '{place}：服务器 {most} 个连接已用 {open} 个，而每个实例可取 {poolSize} 个。',
    '所有实例的连接池之和超过服务器允许的数量。',
    '降低 DB_POOL_SIZE，或提高 max_connections 并重启 PostgreSQL：',
  ],
  'db.set-aside': [
    '{path}/journal 中有 {files} 个用量日志文件被搁置，其中的用量可能不在任何报表里：{names}。',
    'NAME.damaged 含有不是记录的字节（磁盘或内存故障），其中完好的记录已入库；ID.refused.json 是数据库始终不接受的一条记录。',
    '日志按文件名写明了原因。损坏：请检查磁盘；被拒的记录：按数据库的说法修复，需要时手工补录。然后把文件移走：',
  ],
  'db.other': [
    '{place}：“{step}”一步失败：{detail}。',
    '请看它的说明。',
    '按说明修复（{remedy}）：',
  ],

  'quo.ok': ['{users} 个有配额的用户，均未用完；{month} 的合计与记录一致。'],
  'quo.fits': [
    '{user}：配额 {quota}，已用 {used}，租出 {leased}，剩余 {left}；需要 {asked} 个 token 的请求会通过。',
  ],
  'quo.unlimited': ['{user} 没有配额；请求不受配额限制。'],
  'quo.spent': [
    '{user}：配额 {quota}，已用 {used}，租出 {leased}，剩余 {left}；需要 {asked} 个 token 的请求在 {reset} 之前都会被拒绝。',
    '请求所需的是估算的提示加上 max_tokens 允许的数量；发送之前必须放得下。',
    '提高配额，或让本月重新开始；记录会保留：',
  ],
  'quo.held': [
    '{user}：配额 {quota}，已用 {used}，租出 {leased}，剩余 {left}：未用的已被租出，需要 {asked} 个 token 的请求可能被拒绝。',
    '实例为进行中的请求保留它们可能用到的部分，其余在别的实例需要时归还。',
    '等待进行中的请求、降低 max_tokens，或提高配额：',
  ],
  'quo.nearly': [
    '{user}：配额 {quota} 已用 {percent} %。',
    '本月到 {reset} 才结束。',
    '在请求被拒绝之前提高配额：',
  ],
  'quo.sums': [
    '{table}，用户 {user}：本月汇总与记录不符（汇总 / 记录）：{figures}。',
    'usage_monthly 在 “quota reset” 或 DELETE FROM usage_monthly 之后本应如此；否则是有人手工改过表。',
    '若非有意，按记录修正本月的全部汇总：',
  ],
  'quo.stale': [
    '{leases} 个租约（{tokens} 个 token）二十分钟没有续租。',
    '其实例已经消失而没有归还；它们不再计入。',
    '重新启动的实例会放弃自己的租约；这条命令放弃全部：',
  ],
  'quo.no-user': ['没有用户 {user}。', '名称或编号拼写有误。', '查看有哪些用户：'],
  'quo.disabled': [
    '{user} 已被停用；该用户的所有请求都被 401 拒绝。',
    '有人运行过 “user disable”。',
    '重新启用该用户：',
  ],
  'quo.record': [
    '{request}：{user} 请求了 {model}；保留 {reserved} 个 token，使用 {used} 个；状态 {status}，{outcome}。',
  ],
  'quo.no-record': [
    '{request}：没有它的记录。',
    '在询问上游之前就被拒绝的请求（401、403、404、429）不留记录；完成的请求在一秒内存入。',
    '在网关日志中查找它，并为其用户重演这次判定：',
  ],
}
