/** Where Sluice's own requests, of probes and webhooks, may go. */
export interface OutboundRules {
  /**
   * Why no request may go to `url`, to be read on from the address; null where nothing is known against it. What a name
   * stands for is only known when a request goes out, and checked then.
   */
  whyRefused(url: string): string | null
}
