/** What is wrong in a file of models in Chinese, by the English texts of `src/cli/model/model-file.ts`. */
import type { Rule } from './rules.ts'

export const MODEL_FILE_MESSAGES: readonly Rule[] = [
  [/^(.*): expected an object$/s, '$1：应为对象'],
  [/^(.*): expected a list of models$/s, '$1：应为模型列表'],
  [/^(.*): expected one model '(.*)'$/s, '$1：模型“$2”出现了不止一次'],
  [/^(.*): expected no field '(.*)'$/s, '$1：没有名为“$2”的字段'],
  [/^(.*): expected true or false as '(.*)'$/s, '$1：“$2”应为 true 或 false'],
  [/^(.*): expected a text '(.*)'$/s, '$1：“$2”应为文本'],
  [/^(.*): expected a list of texts '(.*)'$/s, '$1：“$2”应为文本列表'],
  [/^(.*): expected a list '(.*)'$/s, '$1：“$2”应为列表'],
  [/^(.*): expected a (?:whole )?number '(.*)'$/s, '$1：“$2”应为整数'],
  [/^(.*): expected objects '(.*)' and '(.*)'$/s, '$1：“$2”和“$3”应为对象'],
  [/^(.*): expected one of (.*)$/s, '$1：应为其中之一：$2'],
  [/^(.*): expected (.*)$/s, '$1：应为 $2'],
]

export const MODEL_FILE_REMEDIES: readonly Rule[] = [
  [/^Write it as this prints it: (.*)$/, '请按此命令输出的格式书写：$1'],
]
