/**
 * What is used of Slack's package, behind a file of its own: loaded late and bundled, a CommonJS package shows no names,
 * only a `default`. Loaded late, this file shows them.
 */
export { LogLevel, WebClient } from '@slack/web-api'
