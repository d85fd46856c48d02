/** Secrets by name: the record and the settings only ever hold names. */
export interface SecretSource {
  /**
   * The secret's text. May be as old as some minutes.
   * @param name - In Parameter Store, or `/aws/reference/secretsmanager/NAME` for one in Secrets Manager.
   * @throws {NotFoundError} If there is none of that name.
   * @throws {TransientError} If the provider cannot be asked now.
   * @throws {UpstreamError} If it refuses to answer: access denied.
   */
  read(name: string): Promise<string>
}
