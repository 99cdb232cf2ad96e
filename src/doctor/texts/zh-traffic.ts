/** Chinese: findings about traffic: streams, limits, the proxy in front, certificates, time. */
import type { Text } from '../text.ts'
import type { EN_TRAFFIC } from './en-traffic.ts'

export const ZH_TRAFFIC: Readonly<Record<keyof typeof EN_TRAFFIC, Text>> = {
  'sse.ok': [
    '{chunks} 个数据块：直连历时 {directMs} 毫秒，经 {publicUrl}（{over}）历时 {throughMs} 毫秒。',
  ],
  'sse.direct': [
    '直连 {chunks} 个数据块历时 {directMs} 毫秒。没有设置 PUBLIC_URL，因此没有尝试前面的代理。',
  ],
  'sse.buffered': [
    '经 {publicUrl}（{over}）的流分 {throughChunks} 次到达，历时 {throughMs} 毫秒，首字节在 {throughFirstMs} 毫秒；直连分 {chunks} 次，历时 {directMs} 毫秒，首字节在 {firstMs} 毫秒。缓冲者：{proxy}。',
    '前面的代理收齐回复后才转发（proxy_buffering on、压缩，或内容分发网络）。',
    '把这些行写入 nginx 中转发到网关的 location，然后重新加载。其他代理见 docs/reverse-proxies.zh-CN.md。',
  ],
  'sse.held': [
    '网关自身一次性发出了流：{chunks} 次读取历时 {directMs} 毫秒。',
    '机器负载过高使数据块堆积，或 HOST 与 PORT 指向了某个代理。',
    '查看时间花在哪里：',
  ],
  'sse.refused': [
    '演示流（{where}）被状态 {status}（{code}）拒绝。',
    '某个限制、配额或代理的规则拒绝了网关本可回答的请求。',
    '在 docs/errors.md 中查看错误码；若来自代理，请放行 POST /v1/chat/completions。',
  ],
  'sse.cut': [
    '经 {publicUrl} 的流在 {throughMs} 毫秒后中断（{error}）。',
    '前面的代理会终止打开过久或它无法理解的回复。',
    '提高其读写超时；nginx 中：',
  ],
  'sse.no-way': ['没有比较：{publicUrl} 通不到网关（{error}）：见 NGX-1。'],

  'lim.ok': ['每分钟 {rpm} 个请求的密钥得到 {statuses}；在{where}中计数。'],
  'lim.off': [
    'RATE_LIMIT_ENABLED 为 false：不执行任何限流。',
    '它被关闭了。',
    '打开它并重启网关：',
  ],
  'lim.open': [
    '每分钟 {rpm} 个请求的密钥得到 {statuses}：限流没有生效。',
    '应答的网关没有计数，或计数在与此配置不同的地方。',
    '用此配置重启它：',
  ],
  'lim.closed': [
    '每分钟 {rpm} 个请求的密钥得到 {statuses}：因计数器不可用而拒绝请求。',
    'RATE_LIMIT_FAIL_OPEN 为 false 且 Redis 没有应答。',
    '修复 Redis；或在它恢复之前让每个实例自行计数：',
  ],
  'lim.untested': ['没有测试 429：{reason}。'],
  'lim.unset': [
    '没有设置默认限制（RATE_LIMIT_KEY_RPM、_TPM、RATE_LIMIT_IP_RPM、_TPM 为 0）；只有自带限制的密钥受限。',
  ],
  'lim.redis': ['Redis {place} 在 {latencyMs} 毫秒内应答；maxmemory-policy 为 {policy}。'],
  'lim.redis-away': [
    'Redis {place} 没有应答：{error}。',
    'Redis 没有运行、地址或密码有误，或被防火墙阻挡。在它恢复之前每个实例自行计数（RATE_LIMIT_FAIL_OPEN={failOpen}）。',
    '启动 Redis 或改正 REDIS_URL；以下任选：',
  ],
  'lim.redis-slow': [
    'Redis {place} 用了 {latencyMs} 毫秒应答。',
    '它距离远或负载过高；超过 50 毫秒网关就认为它已丢失。',
    '查看它在做什么：',
  ],
  'lim.eviction': [
    'Redis {place} 的 maxmemory-policy 为 {policy}。',
    '内存满时它会丢弃计数器，已达到的限制又会放开。',
    '在这里和 redis.conf 中设为 noeviction：',
  ],
  'lim.fail-open': [
    '因 Redis 丢失，有 {count} 次判定由单个实例做出；现在它已应答。',
    '该实例启动以来 Redis 曾不可用，期间每个实例各自放行全部额度。',
    '若已知此事则无需处理；否则在网关日志中查找时间：',
  ],
  'lim.server-lost': [
    'Redis 在这里有应答，但运行中的网关丢失了它。',
    '网关使用另一个 REDIS_URL，或从它所在之处连不到。',
    '用此配置重启它：',
  ],
  'lim.several': [
    '{instances} 个实例共用这个存储，而各自在内存中计数。',
    '没有 REDIS_URL 时客户端在每个实例都得到一份限额。',
    '让所有实例使用同一个 Redis：',
  ],

  'ngx.ok': ['{url} 上的网关和 {publicUrl} 都有应答；{tries} 次尝试中 {tries} 次成功。'],
  'ngx.direct': ['{url} 上的网关有应答；没有设置 PUBLIC_URL，因此没有尝试前面的代理。'],
  'ngx.stranger': [
    '{url} 有程序以状态 {status} 应答（{proxy}），但不是这个网关。',
    '端口被其他程序占用，网关没有运行，或使用另外的 HOST 或 PORT。',
    '查看是哪个程序，停止它，或为网关换一个端口：',
  ],
  'ngx.idle': [
    '{url} 没有应答（{error}），也没有设置 PUBLIC_URL。',
    '网关没有运行，或使用另外的 HOST 或 PORT。',
    '启动它：',
  ],
  'ngx.down': [
    '{url} 没有应答（{error}）；{publicUrl} 给出 {seen}。',
    '网关已停止、崩溃，或监听另一个地址或端口。',
    '按它的运行方式启动它，并查看日志：',
  ],
  'ngx.bad-gateway': [
    '{url} 上的网关有应答，但 {publicUrl} 给出 {status}（{proxy}）。',
    '代理转发到了 {listens} 以外的地址或端口，或从它所在之处连不到。在容器中 127.0.0.1 是容器自己。',
    '让它转发到网关，然后重新加载：',
  ],
  'ngx.proxy-down': [
    '{url} 上的网关有应答，但 {publicUrl} 不接受连接（{error}）。',
    '前面的代理没有运行，或其端口被防火墙关闭。',
    '测试其配置并启动：',
  ],
  'ngx.name': [
    '{url} 上的网关有应答，但无法解析 {publicUrl} 的域名（{error}）。',
    '缺少 DNS 记录，或 PUBLIC_URL 拼写有误。',
    '查看域名指向哪里，并改正 PUBLIC_URL：',
  ],
  'ngx.elsewhere': [
    '{publicUrl} 以状态 {status} 应答（{proxy}），但不像这个网关。',
    'PUBLIC_URL 指向另一个站点，或代理没有把 /livez 和 /v1 转发给网关。',
    '比较两者：',
  ],
  'ngx.keep-alive': [
    '经 {publicUrl} 的 {tries} 个请求中有 {bad} 个得到 {status}，其余成功。',
    '代理保持到网关的连接比网关（30 秒）更久，或多个实例中有一个停机。',
    '在 nginx 的 upstream 块中缩短保持时间，并检查各实例：',
  ],
  'ngx.degraded': [
    '{url} 上的网关有应答，但自称降级：{services}。',
    '其某个部分不可用。',
    '查看这些部分的检查：',
  ],

  'tls.ok': ['{host}：受信任，名称相符，还剩 {days} 天（到 {until}）；时钟相差 {skew} 秒。'],
  'tls.none': ['PUBLIC_URL 和上游都没有使用 HTTPS。'],
  'tls.plain': [
    'PUBLIC_URL 是 {publicUrl}：密钥以明文传输。',
    '还没有设置证书。',
    '按 docs/deployment.zh-CN.md 启用 HTTPS，并把 PUBLIC_URL 设为 https://。',
  ],
  'tls.expired': [
    '{host}：证书已于 {until} 到期（剩余 {days} 天）。',
    '没有续期，或续期后代理没有重新加载。',
    '续期，放到代理读取之处，并重新加载代理：',
  ],
  'tls.upstream-expired': [
    '{host}：这个上游的证书已于 {until} 到期。',
    '其所有者没有续期，或本机时钟有误。',
    '比较时钟；否则只有其所有者能续期：',
  ],
  'tls.future': [
    '{host}：证书从 {from} 起才有效。',
    '本机时钟慢了，或证书是为以后签发的。',
    '查看时钟：',
  ],
  'tls.soon': [
    '{host}：证书还有 {days} 天到期（{until}）。',
    '续期没有运行。',
    '续期，放到代理读取之处，并重新加载代理：',
  ],
  'tls.untrusted': [
    '{host}：证书不受信任（{detail}）；签发者 {issuer}，发送了 {chain} 个证书。',
    '证书链不完整（用了 cert.pem 而不是 fullchain.pem），或由自有机构签发。',
    '提供完整的链；自有机构写入 NODE_EXTRA_CA_CERTS，网关和本命令都需要：',
  ],
  'tls.name': [
    '{host}：证书属于 {names}。',
    '它为其他名称签发，或应答的是代理的另一个站点。',
    '为这个名称签发，或改正地址：',
  ],
  'tls.clock': [
    '{host}：其时钟与本机相差 {skew} 秒。',
    '其中一个时钟有误；证书和签名因此显得过期或尚未生效。',
    '让网络校准时钟：',
  ],
  'tls.no-name': [
    '{host}：域名无法解析，因此没有查看其证书。',
    '域名写错了，或本机的 DNS 不认识它或没有应答。',
    '改正域名或 DNS：',
  ],
  'tls.unreachable': [
    '{host}：没有 TLS 连接（{error}）。',
    '那里没有监听，或监听者不支持 TLS。',
    'PUBLIC_URL 见 NGX-1，上游见 UPS-1；手工检查：',
  ],
  'tls.proxied': ['{host} 经由出站代理访问，因此没有查看其证书。'],

  'slow.ok': [
    '数据库 {databaseMs} 毫秒，Redis {redisMs} 毫秒，网关 {overheadMs} 毫秒，事件循环 {loopMs} 毫秒，建立连接 {connectMs} 毫秒，首个 token {firstTokenMs} 毫秒（{requests} 个请求的中位数）。',
  ],
  'slow.database': [
    '数据库处理一条空语句用了 {ms} 毫秒。',
    '它距离远、负载过高或连接用尽。请求不等待它，但用量记录和配额要等。',
    '查看它在做什么；DB_POOL_SIZE 应接近它能同时处理的数量：',
  ],
  'slow.redis': [
    'Redis 处理 PING 用了 {ms} 毫秒；每个受限的请求都要等它。',
    '它距离远或在做缓慢的事。',
    '测量它，并查看慢命令：',
  ],
  'slow.loop': [
    '网关的事件循环被阻塞 {ms} 毫秒（第 99 百分位）。',
    '机器 CPU 不足，或日志级别写得太多。',
    '查看 CPU，设置 LOG_LEVEL=warn，并增加实例：',
  ],
  'slow.overhead': [
    '演示回答在 {ms} 毫秒后才开始，空闲的网关不到 5 毫秒。',
    '请求在网关中等待：CPU 不足以承受负载，或在等待 Redis 或配额账本。',
    '查看机器负载：',
  ],
  'slow.connect': [
    '{upstream}：连接 {baseUrl} 用了 {ms} 毫秒。',
    '它距离远，或域名服务器慢。连接会保持，只有每个连接的第一个请求付出代价。',
    '测量时间花在哪里：',
  ],
  'slow.upstream': [
    '{upstream}：首个 token 在 {ms} 毫秒后到达（{minutes} 分钟内 {requests} 个请求的中位数，模型 {model}），占全部时间的 {percent} %。',
    '上游或模型目前缓慢；网关只增加 {overheadMs} 毫秒。',
    '让其他密钥服务，或选更快的模型；暂时停用这一个：',
  ],
}
