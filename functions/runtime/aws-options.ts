/**
 * What the clients of the batch functions share, a file for each client: a bundle has those that its
 * function imports. The SDK owns the retries of AWS calls: three attempts, each with a timeout; nothing
 * above it repeats a single call.
 */
export const awsOptions = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 2_000, requestTimeout: 10_000, throwOnRequestTimeout: true },
};
