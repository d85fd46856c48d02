/** A steady load in a process of its own: `load.ts URL RATE SECONDS`. Answers each message with what it has sent so far. */
import { startLoad } from '../../../local/demo/load-generator.ts'

const [url = '', rate = '', seconds = ''] = process.argv.slice(2)
const load = startLoad({ url, rate: Number(rate), longestSeconds: Number(seconds) })
process.on('message', () => process.send?.(load.counts()))
process.on('disconnect', () => process.exit())
process.send?.([])
