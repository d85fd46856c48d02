/**
 * `Promise.withResolvers` for Node 20. The state-machine interpreter (aws-local-stepfunctions) calls it in every Task
 * and throws without it. Node 22 and later have it; there this file does nothing.
 */
if (!('withResolvers' in Promise)) {
  Object.defineProperty(Promise, 'withResolvers', {
    configurable: true,
    writable: true,
    value: function withResolvers() {
      let resolve: unknown
      let reject: unknown
      const promise = new Promise((onResolve, onReject) => {
        resolve = onResolve
        reject = onReject
      })
      return { promise, resolve, reject }
    },
  })
}

export {}
