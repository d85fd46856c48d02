import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findFreePort } from './ports.ts'
import { type RunningProcess, startProgram } from './processes.ts'

/**
 * Starts nginx with one worker, upstream weights 90/10 and kept-alive upstream connections.
 *
 * @throws {Error} If nginx is not installed; says which package has it.
 */
export async function startNginx(backEnds: { heavy: number; light: number }): Promise<RunningProcess> {
  const port = await findFreePort()
  const directory = mkdtempSync(join(tmpdir(), 'bench-nginx-'))
  const file = join(directory, 'nginx.conf')
  writeFileSync(file, buildConfig({ ...backEnds, port, directory }))
  try {
    const nginx = await startProgram('nginx', ['-p', directory, '-e', 'stderr', '-c', file], port)
    const stop = () => nginx.stop().finally(() => rmSync(directory, { recursive: true }))
    return { ...nginx, stop }
  } catch (cause) {
    rmSync(directory, { recursive: true })
    const missing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT'
    throw missing ? new Error('nginx is not installed; try: apt-get install nginx-light', { cause }) : cause
  }
}

function buildConfig(options: { heavy: number; light: number; port: number; directory: string }): string {
  const temporaryPaths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${options.directory}/${name};`)
    .join('\n  ')
  return `
daemon off;
worker_processes 1;
pid ${options.directory}/nginx.pid;
events { worker_connections 1024; }
http {
  access_log off;
  keepalive_requests 100000000;
  ${temporaryPaths}
  upstream services {
    server 127.0.0.1:${options.heavy} weight=90;
    server 127.0.0.1:${options.light} weight=10;
    keepalive 32;
  }
  server {
    listen 127.0.0.1:${options.port};
    location / {
      proxy_pass http://services;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    }
  }
}
`
}
