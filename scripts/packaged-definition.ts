import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Where osls leaves the template of the stack, under its package folder. */
const TEMPLATE = 'cloudformation-template-update-stack.json'

/** What a template's intrinsic functions become, since there is no stack that could answer. */
export interface DummyStack {
  /** ARN for `Fn::GetAtt` of a resource with that logical id. */
  readonly arnOf: (logicalId: string) => string
}

const somewhere: DummyStack = { arnOf: (id) => `arn:aws:lambda:eu-west-1:000000000000:function:${id}` }

/**
 * Reads the state machine out of a packaged service: the very text that ships, with dummy ARNs for its functions.
 *
 * @param packageDir - Folder that `osls package` wrote, usually `.serverless`.
 * @throws {Error} If the template has not exactly one state machine, or uses an intrinsic function unknown here.
 */
export async function readPackagedDefinition(packageDir: string, stack: DummyStack = somewhere): Promise<object> {
  const template: Template = JSON.parse(await readFile(join(packageDir, TEMPLATE), 'utf8'))
  const machines = Object.values(template.Resources).filter(({ Type }) => Type === 'AWS::StepFunctions::StateMachine')
  const [machine] = machines
  if (!machine || machines.length > 1) throw new Error(`${TEMPLATE} has ${machines.length} state machines, not one`)
  return JSON.parse(resolve(machine.Properties?.DefinitionString, stack))
}

interface Template {
  readonly Resources: Readonly<Record<string, { readonly Type: string; readonly Properties?: Record<string, unknown> }>>
}

function resolve(value: unknown, stack: DummyStack): string {
  if (typeof value === 'string') return value
  const [name, argument] = Object.entries(value ?? {})[0] ?? []
  if (name === 'Fn::Sub') return substitute(argument, stack)
  if (name === 'Fn::GetAtt' && Array.isArray(argument)) return stack.arnOf(String(argument[0]))
  if (name === 'Fn::Join' && Array.isArray(argument) && Array.isArray(argument[1])) {
    return argument[1].map((part) => resolve(part, stack)).join(String(argument[0]))
  }
  throw new Error(`the definition uses ${name ?? JSON.stringify(value)}, which cannot be resolved without a stack`)
}

function substitute(argument: unknown, stack: DummyStack): string {
  const [text, variables] = Array.isArray(argument) ? argument : [argument, {}]
  return String(text).replace(/\$\{([^}]+)\}/g, (_, name: string) => {
    if (Object.hasOwn(variables, name)) return resolve(variables[name], stack)
    throw new Error(`the definition uses \${${name}}, which cannot be resolved without a stack`)
  })
}
