import { AwsError, type Persistent } from '../service.ts'

/** One version of a parameter. Plain JSON, as it is saved. */
export interface ParameterVersion {
  readonly version: number
  readonly value: string
  /** Local time, milliseconds since the epoch. */
  readonly modifiedAtMs: number
}

export interface ParameterRecord {
  readonly region: string
  readonly name: string
  readonly type: ParameterType
  /** Oldest first; the last one counts. */
  readonly versions: readonly ParameterVersion[]
}

export type ParameterType = 'String' | 'StringList' | 'SecureString'

export interface ParameterInput {
  readonly name: string
  readonly value: string
  readonly type: ParameterType | undefined
  readonly overwrite: boolean
}

/** @see AWS Systems Manager endpoints and quotas, "Parameter version history" */
const keptVersions = 100

/** The parameters of every Region: one of the same name in another Region is another. */
export class Parameters {
  readonly #records = new Map<string, ParameterRecord>()
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
  }

  /** @returns The version that was written. @throws {AwsError} As Parameter Store refuses. */
  put(region: string, { name, value, type, overwrite }: ParameterInput): number {
    const known = this.find(region, name)
    if (known && !overwrite) {
      const message =
        'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.'
      throw new AwsError('ParameterAlreadyExists', message)
    }
    if (!known && type === undefined)
      throw new AwsError('ValidationException', 'A parameter type is required when you create a parameter.')
    if (known && type !== undefined && type !== known.type) {
      const message = `Parameter Store does not support changing the type of ${name} from ${known.type} to ${type}`
      throw new AwsError('HierarchyTypeMismatchException', message)
    }
    const version = (known?.versions.at(-1)?.version ?? 0) + 1
    const versions = [...(known?.versions ?? []), { version, value, modifiedAtMs: this.#now() }].slice(-keptVersions)
    const record = { region, name, type: known?.type ?? type ?? 'String', versions }
    this.#records.set(keyOf(region, name), record)
    return version
  }

  find(region: string, name: string): ParameterRecord | undefined {
    return this.#records.get(keyOf(region, name))
  }

  /** @returns Whether there was one. */
  delete(region: string, name: string): boolean {
    return this.#records.delete(keyOf(region, name))
  }

  get persistent(): Persistent {
    return {
      name: 'ssm',
      save: () => [...this.#records.values()],
      load: (state) => {
        // Only `save` above writes this file.
        for (const record of state as ParameterRecord[]) this.#records.set(keyOf(record.region, record.name), record)
      },
      reset: () => this.#records.clear(),
    }
  }
}

function keyOf(region: string, name: string): string {
  return `${region} ${name}`
}
