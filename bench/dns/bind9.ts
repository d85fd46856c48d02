import { spawnSync } from 'node:child_process'
import { Resolver } from 'node:dns/promises'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findFreePort } from '../proxy/ports.ts'
import { type RunningProcess, startProgram } from '../proxy/processes.ts'
import { measuredName, measuredZone, sides, ttlSeconds } from './measured-case.ts'

/** Where Debian has it; a user's PATH often leaves that out. */
const candidates = ['named', '/usr/sbin/named']

/** @throws {Error} If bind9 is not installed; says which package has it. */
export function findBind9(): string {
  const found = candidates.find((command) => spawnSync(command, ['-v']).error === undefined)
  if (found === undefined) throw new Error('bind9 is not installed; try: apt-get install bind9')
  return found
}

/** Starts bind9 with one worker thread and the measured zone, and nothing else to do. */
export async function startBind9(command: string): Promise<RunningProcess> {
  const port = await findFreePort()
  const directory = mkdtempSync(join(tmpdir(), 'bench-bind9-'))
  const file = join(directory, 'named.conf')
  writeFileSync(file, buildConfig(port, directory))
  writeFileSync(join(directory, 'zone'), buildZone())
  try {
    const named = await startProgram(command, ['-f', '-n', '1', '-c', file], port, answersDns)
    const stop = () => named.stop().finally(() => rmSync(directory, { recursive: true }))
    return { ...named, stop }
  } catch (cause) {
    rmSync(directory, { recursive: true })
    throw cause
  }
}

async function answersDns(port: number): Promise<boolean> {
  const resolver = new Resolver({ timeout: 200, tries: 1 })
  resolver.setServers([`127.0.0.1:${port}`])
  const addresses = await resolver.resolve4(measuredName).catch(() => [])
  return addresses[0] === sides[0].address
}

/** Answers are minimal, so that they have as many octets as ours. */
function buildConfig(port: number, directory: string): string {
  return `
options {
  directory "${directory}";
  listen-on port ${port} { 127.0.0.1; };
  listen-on-v6 { none; };
  pid-file none;
  session-keyfile none;
  recursion no;
  dnssec-validation no;
  notify no;
  querylog no;
  minimal-responses yes;
};
controls { };
logging {
  channel errors { stderr; severity error; };
  category default { errors; };
};
zone "${measuredZone}" { type primary; file "zone"; };
`
}

function buildZone(): string {
  return `$ORIGIN ${measuredZone}.
@ 900 IN SOA ns admin 1 7200 900 1209600 86400
@ 900 IN NS ns
ns 900 IN A 127.0.0.1
${measuredName}. ${ttlSeconds} IN A ${sides[0].address}
`
}
