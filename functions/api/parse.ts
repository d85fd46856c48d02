import type * as z from 'zod'
import { type Problem, ValidationError } from '../../shared/domain/errors.ts'
import { messageOf, pathOf } from './issue-text.ts'

/**
 * Checks `value` against `schema`, defaults filled in.
 *
 * @param what - Names the input in the error's summary: `service`, `query`.
 * @throws {ValidationError} With every problem and its path (`routes[0].blue`).
 */
export function parse<T extends z.ZodType>(schema: T, value: unknown, what: string): z.output<T> {
  const result = schema.safeParse(value, { error: messageOf })
  if (result.success) return result.data
  const problems = firstOfEachPath(result.error.issues.flatMap((issue) => problemsOf(issue)))
  const count = problems.length === 1 ? 'one problem' : `${problems.length} problems`
  throw new ValidationError(`the ${what} has ${count}`, problems)
}

/** One field, one problem: the shape's rule speaks first, and a second rule about the same value would only repeat it. */
function firstOfEachPath(problems: readonly Problem[]): readonly Problem[] {
  return [...new Map(problems.toReversed().map((problem) => [problem.path, problem])).values()].toReversed()
}

type Issue = z.core.$ZodIssue

function problemsOf(issue: Issue, parent: readonly PropertyKey[] = []): Problem[] {
  const path = [...parent, ...issue.path]
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({ path: pathOf([...path, key]), message: issue.message }))
  if (issue.code === 'invalid_key') return [{ path: pathOf(path), message: issue.issues[0]?.message ?? issue.message }]
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const meant = meantBranch(issue.errors)
    if (meant) return meant.flatMap((each) => problemsOf(each, path))
  }
  return [{ path: pathOf(path), message: issue.message }]
}

type Branch = readonly z.core.$ZodIssue[]

/**
 * One branch of a union was meant: the one whose shape was recognised, or at least its type, and of several the one with
 * the least to mend. A word that is not the one expected says nothing of an object that was given instead.
 */
function meantBranch(branches: readonly Branch[]): Branch | undefined {
  const isAbout = (codes: readonly string[]) => (branch: Branch) =>
    branch.every(({ code, path }) => path.length > 0 || !codes.includes(code))
  const recognised = branches.filter(isAbout(['invalid_type', 'invalid_value']))
  const candidates = recognised.length > 0 ? recognised : branches.filter(isAbout(['invalid_type']))
  return candidates.toSorted((a, b) => a.length - b.length)[0]
}
