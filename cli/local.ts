import { localSettings } from '../local/settings.ts'
import { startLocal } from '../local/start.ts'
import { createLogger } from '../shared/logger.ts'

/** `sluice local`: runs until it is interrupted. */
export async function runLocal(options: Readonly<Record<string, string | boolean | undefined>>): Promise<void> {
  const run = await startLocal({ ...localSettings(options, process.env), logger: createLogger() })
  const [host, port] = run.dnsAddress.split(':')
  process.stdout.write(
    [
      '',
      'Sluice is up, on this machine only.',
      `  API            ${run.apiUrl}   (docs: ${run.apiUrl}/docs)`,
      `  AWS endpoint   ${run.awsUrl}   (aws --endpoint-url ${run.awsUrl} elbv2 describe-load-balancers)`,
      `  DNS server     ${run.dnsAddress}   (dig @${host} -p ${port} name)`,
      `  Slack          ${run.apiUrl}/_local/slack   (a stand-in for it: type commands there)`,
      `  local time     ${new Date(run.clock.now()).toISOString()}, ${run.clock.speed} × real time`,
      'Stop it with Ctrl-C.',
      '',
      '',
    ].join('\n'),
  )
  const stop = () => {
    process.off('SIGINT', stop)
    process.off('SIGTERM', stop)
    void run.close().then(() => process.exit(0))
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
}
