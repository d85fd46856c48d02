import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Every TypeScript file below `folder`, relative to the project. */
function filesIn(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
}

interface Import {
  readonly from: string
  /** A file of the project, or the name of a package. */
  readonly to: string
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, file), 'utf8')
  const specifiers = [...text.matchAll(/(?:\bfrom|^import|\bimport\()\s*'([^'\s]+)'/gm)].map((match) => match[1] ?? '')
  return specifiers.map((specifier) => ({
    from: file,
    to: specifier.startsWith('.') ? relative(root, join(root, dirname(file), specifier)) : specifier,
  }))
}

const all = ['functions', 'shared', 'local', 'cli'].flatMap(filesIn).flatMap(importsOf)
const isIn =
  (...folders: readonly string[]) =>
  (path: string) =>
    folders.some((folder) => path.startsWith(folder))
const show = ({ from, to }: Import) => `${from} imports ${to}`

describe('the imports', () => {
  it('are found', () => {
    expect(all.length).toBeGreaterThan(500)
  })

  it.each([
    {
      rule: 'the domain imports only itself',
      from: isIn('shared/domain/'),
      allowed: isIn('shared/domain/'),
    },
    {
      rule: 'ports import the domain and each other, never how they are done',
      from: isIn('shared/ports/'),
      allowed: isIn('shared/domain/', 'shared/ports/'),
    },
    {
      rule: 'use cases know domain and ports, no adapter, SDK or framework',
      from: isIn('shared/use-cases/'),
      allowed: (to: string) =>
        isIn('shared/domain/', 'shared/ports/', 'shared/use-cases/')(to) ||
        // croner only calculates: no input, no output, no clock of its own.
        ['shared/deps.ts', 'shared/logger.ts', 'node:crypto', 'node:util', 'croner'].includes(to),
    },
    {
      rule: 'adapters know domain and ports, no use case',
      from: isIn('shared/adapters/'),
      allowed: (to: string) => !isIn('shared/use-cases/', 'shared/compose.ts', 'functions/', 'local/', 'cli/')(to),
    },
    {
      rule: 'what ships never imports the rehearsal cloud or the command line',
      from: isIn('functions/', 'shared/'),
      allowed: (to: string) => !isIn('local/', 'cli/', 'bench/', 'test/', 'scripts/')(to),
    },
    {
      rule: 'the rehearsal cloud knows AWS and Slack, not Sluice: only what starts both does',
      from: isIn('local/aws/', 'local/data-plane/', 'local/slack/', 'local/workflow'),
      allowed: (to: string) => !isIn('shared/', 'functions/')(to),
    },
  ])('$rule', ({ from, allowed }) => {
    expect(all.filter((one) => from(one.from) && !allowed(one.to)).map(show)).toEqual([])
  })

  it('reach the composition root only from entries', () => {
    const importers = all.filter(({ to }) => to === 'shared/compose.ts').map(({ from }) => from)
    expect(importers.sort()).toEqual(['functions/api/handler.ts', 'functions/steps/task.ts', 'local/start.ts'])
    const ofSlack = all.filter(({ to }) => to === 'shared/compose-slack.ts').map(({ from }) => from)
    expect(ofSlack.sort()).toEqual([
      'functions/slack/connected-app.ts',
      'functions/slack/handler.ts',
      'local/local-slack.ts',
    ])
    const ofHooks = all.filter(({ to }) => to === 'shared/compose-hook.ts').map(({ from }) => from)
    expect(ofHooks.sort()).toEqual(['functions/hooks/create-hook.ts', 'functions/hooks/handler.ts'])
  })

  it('reach adapters only from a composition root', () => {
    const outside = all.filter(
      ({ from, to }) => to.startsWith('shared/adapters/') && !from.startsWith('shared/adapters/'),
    )
    const importers = new Set(outside.map(({ from }) => from))
    expect([...importers].sort()).toEqual([
      'cli/compose.ts',
      'local/start.ts',
      'shared/compose-access.ts',
      'shared/compose-chat.ts',
      'shared/compose-hook.ts',
      'shared/compose-outside.ts',
      'shared/compose-reads.ts',
      'shared/compose-slack.ts',
      'shared/compose.ts',
    ])
  })
})

describe('the domain', () => {
  it.each(filesIn('shared/domain'))('%s reads no clock, chance, environment or network', (file) => {
    const code = readFileSync(join(root, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '')
    expect(code).not.toMatch(/Date\.now|new Date\(\)|Math\.random|process\.|\bfetch\(|console\./)
  })
})
