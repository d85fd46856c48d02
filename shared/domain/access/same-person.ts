/**
 * Of an assumed role or a federated user the last part is the session's name, which its caller chooses: one person could
 * be two by asking twice. Not of the roles that IAM Identity Center makes: there it says who signed in.
 */
const chosenSession = /^(arn:[^:]+:sts::[0-9]{12}:(?:assumed-role\/(?!AWSReservedSSO_).+|federated-user)\/)[^/]+$/

/** Two names with the same answer count as one person. @param name - What an event or an approval names. */
export function personBehind(name: string): string {
  return name.replace(chosenSession, '$1*')
}
