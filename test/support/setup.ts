import '../../local/promise-with-resolvers.ts'

// Tests never talk to a real account: credentials that no one accepts, a Region that the fixtures use.
process.env.AWS_ACCESS_KEY_ID ??= 'local'
process.env.AWS_SECRET_ACCESS_KEY ??= 'local'
process.env.AWS_REGION ??= 'eu-west-1'
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'
