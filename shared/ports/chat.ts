/** What is shown. Everything that was echoed in it is escaped already. */
export interface ChatMessage {
  /** For notifications and screen readers. */
  readonly text: string
  /** Slack's Block Kit, as JSON. */
  readonly blocks: readonly object[]
}

/** Where a message is: what is needed to change it in place. */
export interface MessagePlace {
  readonly channel: string
  /** Slack's name for the message: seconds and a counter, as text. */
  readonly ts: string
}

/**
 * Talks to people in Slack.
 *
 * Every call waits for a while when Slack asks for it, and then throws TransientError with `refused`. Any other
 * TransientError leaves open whether the call took effect. @throws {UpstreamError} If Slack refuses for good: the token,
 * a scope, a message that it does not take.
 */
export interface Chat {
  /**
   * Posts a new message. Slack knows no idempotency here: sent again after an answer was lost, it is there twice.
   *
   * @param replyTo - `ts` of a message in that channel: it stands below that one, and in the channel as well.
   * @throws {NotFoundError} If there is no such channel, or the app is not in it.
   */
  post(channel: string, message: ChatMessage, options?: { readonly replyTo: string }): Promise<MessagePlace>
  /** Replaces a message of ours. @throws {NotFoundError} If it, or its channel, is gone. */
  update(place: MessagePlace, message: ChatMessage): Promise<void>
  /**
   * Answers a command or a click, visible to that person only. Slack takes five answers within 30 minutes.
   *
   * @param replaces - True: in place of the message whose button was clicked.
   * @throws {ValidationError} If the address is not Slack's; nothing was sent.
   * @throws {NotFoundError} If it takes no answer any more.
   */
  respond(responseUrl: string, message: ChatMessage, options?: { readonly replaces: boolean }): Promise<void>
}
