/** The group has a deployment that is not ours and has not ended; nothing was created. */
export class GroupBusy extends Error {
  override readonly name = 'GroupBusy'
}
